#!/bin/sh
# Installs the Debian packages that some tests need, where this user may; otherwise those tests say why they skip.
PACKAGES="chromium fonts-dejavu-core"
missing() { for package in $PACKAGES; do dpkg -s "$package" >/dev/null 2>&1 || echo "$package"; done; }
command -v dpkg >/dev/null || exit 0
[ -z "$(missing)" ] && exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get update -qq >/dev/null 2>&1
    # shellcheck disable=SC2046
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(missing) >/dev/null 2>&1
fi
[ -z "$(missing)" ] || echo "Not installed, so the tests that need it are skipped: $(missing | tr '\n' ' ')"
