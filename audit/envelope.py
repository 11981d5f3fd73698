"""AES-256-GCM, the nonce before the ciphertext: data under a key, and keys under the master keys."""

import os
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


def master_keys() -> list[bytes]:
    """The AES-256 keys that wrap all others: the first wraps, each opens. Raises ImproperlyConfigured."""
    try:
        keys = [bytes.fromhex(key) for key in settings.MASTER_KEY.split()]
    except ValueError as error:
        raise ImproperlyConfigured("MASTER_KEY must be 32 bytes written as 64 hexadecimal digits") from error
    if not keys or any(len(key) != 32 for key in keys):
        raise ImproperlyConfigured(f"MASTER_KEY must be 32 bytes, not {[len(key) for key in keys]}")
    return keys


def wrap(data: bytes, bound_to: bytes) -> bytes:
    """A key, or a short secret, under the first master key."""
    return seal(master_keys()[0], data, bound_to)


def unwrap(wrapped: bytes, bound_to: bytes) -> bytes:
    """Raises `cryptography.exceptions.InvalidTag` where no master key opens it."""
    for key in master_keys():
        with suppress(InvalidTag):
            return unseal(key, wrapped, bound_to)
    raise InvalidTag


def rewrapped(wrapped: bytes, bound_to: bytes) -> bytes | None:
    """The same under the first master key; None where it is already. Raises `cryptography.exceptions.InvalidTag`."""
    try:
        unseal(master_keys()[0], wrapped, bound_to)
    except InvalidTag:
        return wrap(unwrap(wrapped, bound_to), bound_to)
    return None


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
