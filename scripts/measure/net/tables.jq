# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the tables of scripts/measure/net/demo, and reports wrong results in them.
#
# USAGE
#	jq -nRr -L scripts/measure/net 'include "tables"; [inputs / "\t"] | bytes' DIR/bytes
#	jq -nRr -L scripts/measure/net 'include "tables"; [inputs / "\t"] | kills' DIR/kills
#
#	Lines with tabs are the table, and lines with FAIL say what is wrong.
#
# REQUIREMENTS
#	jq

def fixed: . * 10 | round | tostring | if length < 2 then "0" + . else . end
	| .[:-1] + "." + .[-1:];

def mib: . / 1048576 | fixed;

def bytes:
	map({ transport: .[0], data: .[1], speed: (.[2] | tonumber), written: (.[3] | tonumber),
		here: (.[4] | tonumber), below: (.[5] | tonumber), reference: (.[6] | tonumber) })
	| (["transport", "written", "MB/s", "MiB written", "copied here", "copied below",
		"by reference"] | join("\t")),
	  (.[] | [.transport, .data, (.speed | fixed),
		((.written, .here, .below, .reference) | mib)] | join("\t")),
	  (.[] | (.transport + ", " + .data + ": ") as $row
		| select(.here != if .data | endswith("path=copy") then .written else 0 end)
		| "FAIL: \($row)zcblk copied \(.here) of \(.written) bytes"),
	  (.[] | (.transport + ", " + .data + ": ") as $row
		| select(.below + .reference < .written)
		| "FAIL: \($row)TCP sent \(.below + .reference) of \(.written) bytes");

def kills:
	(["transport", "kill", "state without peer", "longest I/O, s", "failed I/Os",
		"acknowledged, right"] | join("\t")),
	(.[] | .[3] |= (tonumber | fixed) | join("\t"));
