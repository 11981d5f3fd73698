"""AES-256-GCM, the nonce before the ciphertext: data under a key, and keys under the master key."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


def master_key() -> bytes:
    """The AES-256 key that wraps all others. Raises ImproperlyConfigured."""
    try:
        key = bytes.fromhex(settings.MASTER_KEY)
    except ValueError as error:
        raise ImproperlyConfigured("MASTER_KEY must be 32 bytes written as 64 hexadecimal digits") from error
    if len(key) != 32:
        raise ImproperlyConfigured(f"MASTER_KEY must be 32 bytes, not {len(key)}")
    return key


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, data: bytes, bound_to: bytes) -> bytes:
    """Opens only with the same key and `bound_to`, so that it cannot be put in the place of another."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Raises `cryptography.exceptions.InvalidTag`."""
    if len(sealed) < NONCE_BYTES:
        raise InvalidTag
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
