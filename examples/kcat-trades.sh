#!/bin/sh
# Trades as JSON lines, with kcat (https://github.com/edenhill/kcat): sh examples/kcat-trades.sh BROKERS [OFFSET]
# OFFSET is end (from now on, the default), beginning, or e.g. -100 for the last hundred of each partition.
exec kcat -C -q -u -b "$1" -t elias.live.trades.v1 -o "${2:-end}" -f '%k %p %o %s\n'
