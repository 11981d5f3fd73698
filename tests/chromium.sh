#!/bin/sh
# Installs Debian's Chromium for the browser tests where this user may; otherwise those tests say why they skip.
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1
fi
command -v chromium >/dev/null || echo "Chromium is not installed and could not be: the browser tests will be skipped (apt-get install chromium)."
exit 0
