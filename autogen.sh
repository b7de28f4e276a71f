#!/bin/sh
# Makes ./configure, from a checkout. ./check and ./try do this and the rest by themselves.
cd "$(dirname "$0")" && autoreconf --install
