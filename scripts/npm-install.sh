#!/usr/bin/env bash
# Installs the development dependencies, exactly as locked.
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
# A link leads to another checkout's packages, which npm would empty.
[[ ! -L node_modules ]] || rm node_modules
say 'Installing npm packages'
retry npm ci --no-audit --no-fund --loglevel=error
