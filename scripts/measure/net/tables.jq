# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the tables of scripts/measure/net/demo and scripts/measure/net/references, and checks the
# results in them.
#
# USAGE
#	jq -nRr -L scripts/measure/net 'include "tables"; [inputs / "\t"] | bytes' DIR/bytes
#	jq -nRr -L scripts/measure/net 'include "tables"; [inputs / "\t"] | kills' DIR/kills
#
#	jq -nRr -L scripts/measure/net 'include "tables"; [inputs / "\t"] | references' DIR/memory
#
#	The output has the table, as lines with tabs, and a line with FAIL for each wrong result.
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

# Returns the number of bytes that TCP should send by reference in the test of one row. See
# References in driver/api/README.md. A buffer of kind `pages` is allocated without __GFP_COMP. Only
# its first page has a reference count, so TCP sends only this page by reference.
def by_reference:
	if .transport == "nbd" then 0
	elif .transport == "iscsi" and .digests then 0
	elif .transport == "drbd" and (.digests or .protocol == "A") then 0
	elif .policy == "copy" or .has == "referenced" then .written
	elif .buffer == "pages" then .written / .bytes * 4096
	else 0 end;

def references:
	(map(select(.[0] == "control")) | length) as $controls
	| map(select(.[0] != "control")
		| { transport: .[0], buffer: .[1], bytes: (.[2] | tonumber), has: .[3], policy: .[4],
			digests: (.[5] == "true"), protocol: .[6], written: (.[7] | tonumber),
			sent: (.[8] | tonumber), err: .[9], wrong: .[10] })
	| (["transport", "memory", "bytes", "references", "policy", "written", "by reference"]
		| join("\t")),
	  (.[] | [.transport, .buffer, .bytes, .has, .policy, .written, .sent] | join("\t")),
	  ("", "controls that warned: \($controls)"),
	  (.[] | "\(.transport), \(.buffer) \(.bytes): " as $row
		| by_reference as $want
		| select(.sent != $want)
		| "FAIL: \($row)\(.sent) bytes went by reference, and not \($want)"),
	  (.[] | select(.err != "0" or .wrong != "0")
		| "FAIL: \(.transport), \(.buffer) \(.bytes): error \(.err), wrong bytes \(.wrong)");
