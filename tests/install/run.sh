#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Build thaw, install it into a folder, move the folder, and use it from a separate project.
# usage: run.sh shared|static SOURCE WORK BACKEND CMAKE
set -eu
kind=$1 source=$2 work=$3 backend=$4 cmake=$5
here=$source/tests/install
shared=ON
[ "$kind" = static ] && shared=OFF
mkdir -p "$work"
rm -rf "$work/first" "$work/prefix" "$work/outside"

# quiet COMMAND…: print the output only if the command fails
quiet() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; echo "failed: $*" >&2; exit 1; }
}

# Without optimization, because speed is not tested here.
quiet "$cmake" -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=-O0 \
    -DBUILD_SHARED_LIBS=$shared -DTHAW_BACKEND="$backend" -DTHAW_TESTS=OFF -DTHAW_EXAMPLES=ON \
    -DCMAKE_INSTALL_LIBDIR=lib
quiet "$cmake" --build "$work/build" -j 2 --target thaw thaw-cli
quiet "$cmake" --install "$work/build" --prefix "$work/first"
mv "$work/first" "$work/prefix"
prefix=$work/prefix

# The files of a package; they must not contain paths of this machine.
for file in include/thaw/thaw.h include/thaw/thaw_status.h lib/pkgconfig/thaw.pc lib/cmake/thaw/thawConfig.cmake \
            lib/cmake/thaw/thawConfigVersion.cmake bin/thaw; do
    [ -f "$prefix/$file" ] || { echo "$file is not installed" >&2; exit 1; }
done
if grep -rn -e "$work" -e '/usr/lib' "$prefix/lib/cmake" "$prefix/lib/pkgconfig"; then
    echo 'a path of this machine is in the package' >&2
    exit 1
fi
if [ "$kind" = shared ]; then
    version=$(sed -n 's/^Version: //p' "$prefix/lib/pkgconfig/thaw.pc")
    soname=libthaw.so.${version%.*}
    [ "$(readlink "$prefix/lib/libthaw.so")" = "$soname" ]
    [ "$(readlink "$prefix/lib/$soname")" = "libthaw.so.$version" ]
    readelf -d "$prefix/lib/libthaw.so" | grep -qF "[$soname]"
fi

# The installed program finds its library by a relative path.
env -u LD_LIBRARY_PATH "$prefix/bin/thaw" --version

# find_package
quiet "$cmake" -S "$here/outside" -B "$work/outside" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
quiet "$cmake" --build "$work/outside"
for program in "$work"/outside/outside_*; do
    [ -x "$program" ] && [ -f "$program" ] && "$program"
done

# pkg-config
PKG_CONFIG_PATH=$prefix/lib/pkgconfig
export PKG_CONFIG_PATH
static=
[ "$kind" = static ] && static=--static
for package in thaw thaw_sqlite; do
    [ -f "$prefix/lib/pkgconfig/$package.pc" ] || continue
    use=
    [ "$package" = thaw_sqlite ] && use=-DUSE_SQLITE
    # The flags must be split into words.
    # shellcheck disable=SC2046,SC2086
    quiet "${CC:-cc}" $use "$here/outside/outside.c" -o "$work/by_pkg_config" \
        $(pkg-config $static --cflags --libs "$package") -Wl,-rpath,"$prefix/lib"
    "$work/by_pkg_config"
    if command -v "${CXX:-c++}" >/dev/null; then
        # shellcheck disable=SC2046,SC2086
        quiet "${CXX:-c++}" $use "$here/outside/outside.cpp" -o "$work/by_pkg_config" \
            $(pkg-config $static --cflags --libs "$package") -Wl,-rpath,"$prefix/lib"
        "$work/by_pkg_config"
    fi
done
