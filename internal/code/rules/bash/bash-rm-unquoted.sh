#!/bin/bash
# ruleid: bash-rm-unquoted
rm -rf $dir/*
# ok: bash-rm-unquoted
rm -rf "${dir:?}"/*
# ok: bash-rm-unquoted
rm -rf "$dir"
# ruleid: bash-rm-unquoted
rm -rf $dir
# ok: bash-rm-unquoted
rm -f $file
# ruleid: bash-rm-unquoted
sudo rm -rf ${cache}/tmp
# ok: bash-rm-unquoted
rm -rf /var/cache/app
# ruleid: bash-rm-unquoted
rm -rf "$dir"/*
# ok: bash-rm-unquoted
rm -rf build/*.o
