# SPDX-License-Identifier: GPL-2.0-only
#
# Makes the tables of selftests/audit/coverage from gcov's output. A run of the tests in several VMs
# has an output for each object in each VM.
#
# USAGE
#	gcov --json-format --branch-probabilities --stdout *.gcda |
#		jq -L selftests/audit -sr --rawfile reasons FILE 'include "coverage"; table($reasons)'
#
#	FILE has lines "SOURCE FUNCTION REASON" for the functions that no test enters.
#
# REQUIREMENTS
#	jq

def share: "\(map(select(. > 0)) | length)/\(length)";

def percent: if length == 0 then "" else
	"\((map(select(. > 0)) | length) * 1000 / length | round / 10) %" end;

# Adds up counts that have the same key, such as a line. A line has a count for each run, and a line
# of a header has a count for each object that includes the header.
def sums(key): group_by(key) | map(map(.count) | add);

def row:
	[.[].lines[]] as $lines
	| [$lines[] | .line_number as $line | .branches | to_entries[]
		| { line: $line, key, count: .value.count }] as $branches
	| [.[0].name, ($lines | sums(.line_number) | share, percent),
		($branches | sums([.line, .key]) | share, percent)] | @tsv;

def files:
	[.[].files[] | select(.file | test("(^|/)driver/([a-z]+/)*[^/]*\\.[ch]$"))
		| .name = (.file | sub(".*driver/"; ""))];

# Makes an object of the lines of FILE: { "SOURCE FUNCTION": REASON, ... }
def known:
	[split("\n")[] | select(test("^[^#]")) | capture("^(?<key>\\S+ \\S+)\\s+(?<value>.+)$")]
	| from_entries;

def functions:
	[.[] | .name as $file | .functions[] | { file: $file, name, count: .execution_count }];

def table(reasons):
	(reasons | known) as $known
	| files
	| (["file", "lines", "", "branches", ""] | @tsv),
	  (group_by(.name)[] | row),
	  (functions | group_by([.file, .name])[] | "\(.[0].file) \(.[0].name)" as $one
		| all(.count == 0) as $unentered
		| if $unentered and $known[$one] then
			"not entered: \($one): \($known[$one])"
		  elif $unentered then "FAIL: \($one) is not entered, and no reason is given"
		  elif $known[$one] then "FAIL: \($one) is entered: its reason may go"
		  else empty end);
