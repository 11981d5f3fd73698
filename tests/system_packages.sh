#!/bin/sh
# Installs Debian packages (those named, else those of the tests), where this user may; says which are not there.
PACKAGES="${*:-chromium fonts-dejavu-core fonts-liberation2 fonts-lato tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra dovecot-imapd openssh-server rabbitmq-server}"
missing() { for package in $PACKAGES; do dpkg -s "$package" >/dev/null 2>&1 || echo "$package"; done; }
command -v dpkg >/dev/null || exit 0
[ -z "$(missing)" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get update -qq >/dev/null 2>&1
    # shellcheck disable=SC2046
    # RUNLEVEL=1: what is installed is for the tests, which start their own; nothing begins to serve.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(missing) >/dev/null 2>&1
fi
[ -z "$(missing)" ] || echo "Not installed, so what needs it is skipped or done without: $(missing | tr '\n' ' ')"
