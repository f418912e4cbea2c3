# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completes the command line of zcblk in bash.
#
# USAGE: installed as zcblk where bash-completion looks, or: . zcblk.bash
# REQUIREMENTS: bash 4.4

_zcblk_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_zcblk_files() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_zcblk_disks() {
	zcblk list -n -o NAME 2>/dev/null
}

_zcblk_attributes="lower= path= bounce= stats= stable= unreferenced= range_lock= overlap= read_only= power=
	reset_stats="

# _zcblk_features: prints lines "ATTRIBUTE VALUE" for all values that the loaded module accepts. If
# no module is loaded, prints the values that the module of this version accepts.
_zcblk_features() {
	cat /sys/kernel/config/zcblk/features 2>/dev/null || cat <<-END
		path zerocopy
		path copy
		path ab
		bounce page
		bounce kmalloc
		bounce vmalloc
		stats off
		stats counters
		stats latency
		stable 0
		stable 1
		unreferenced map
		unreferenced detect
		unreferenced copy
		range_lock off
		range_lock list
		range_lock tree
		range_lock slot
		range_lock on
		overlap serialize
		overlap reject
		overlap detect
		read_only 0
		read_only 1
		power 0
		power 1
		power force
		power deferred
		reset_stats 1
	END
}

# _zcblk_value ATTR WORD: completes a value of an attribute, or of the option with the same name
_zcblk_value() {
	local attribute=${1#--} name value values=

	attribute=${attribute//-/_}
	case $attribute in
	lower | module)
		_zcblk_files "$2"
		return
		;;
	esac
	# The tool also accepts `auto`, which the kernel does not know
	[ "$attribute" != unreferenced ] || values=auto
	while read -r name value; do
		[ "$name" != "$attribute" ] || values+=" $value"
	done < <(_zcblk_features)
	_zcblk_words "$values" "$2"
}

# _zcblk_assign WORD WORDS: completes WORD to one of WORDS, or to ATTR=
_zcblk_assign() {
	_zcblk_words "$2 $_zcblk_attributes" "$1"
	[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
}

# _zcblk_column COMMAND LIST: completes the last name in LIST, a list of columns separated by commas
_zcblk_column() {
	local before='' column columns words=

	[[ $2 != *,* ]] || before=${2%,*},
	columns=$(zcblk "$1" --help | sed -n '/^Columns:/,$ s/^  \([A-Z0-9_]*\) .*/\1/p')
	for column in $columns; do
		words+=" $before$column"
	done
	compopt -o nospace
	_zcblk_words "$words" "$2"
}

# _zcblk_add WORD PREVIOUS ATTR: completes an argument of `zcblk add`. If WORD is the value of an
# assignment, ATTR is the name of the attribute. Otherwise, ATTR is empty.
_zcblk_add() {
	if [[ -n $3 ]]; then
		_zcblk_value "$3" "$1"
		return
	fi
	case $2 in
	--lower | --path | --bounce | --stats | --range-lock | --overlap | --module)
		_zcblk_value "$2" "$1"
		;;
	--name) ;;
	*)
		_zcblk_assign "$1" "--lower --name --path --bounce --stats --range-lock
			--overlap --read-only --module --help"
		;;
	esac
}

# _zcblk_table COMMAND WORD PREVIOUS OPERANDS: completes one of the options that list, stat and
# locks have in common, or one of OPERANDS. After --output, completes the name of a column.
_zcblk_table() {
	case $3 in
	-o | --output) _zcblk_column "$1" "$2" ;;
	*) _zcblk_words "--bytes --json --noheadings --output --help $4" "$2" ;;
	esac
}

# _zcblk_exercise_list OPTION LIST: completes the last value in LIST, which is separated by commas
_zcblk_exercise_list() {
	local before='' name value words=

	[[ $2 != *,* ]] || before=${2%,*},
	while read -r name value; do
		[ "$name" != "$1" ] || words+=" $before$value"
	done 2>/dev/null </sys/kernel/config/zcblk_exerciser/features
	compopt -o nospace
	_zcblk_words "$words" "$2"
}

# _zcblk_exercise WORD PREVIOUS: completes an argument of `zcblk exercise`
_zcblk_exercise() {
	case $2 in
	--engine | --buffer | --op) _zcblk_exercise_list "${2#--}" "$1" ;;
	--baseline) _zcblk_exercise_list engine "$1" ;;
	-o | --output) _zcblk_column exercise "$1" ;;
	exercise | --destroy | --modules) _zcblk_files "$1" ;;
	--size | --offset | --depth | --threads | --span | --count | --time | --pairs | --seed | --batch) ;;
	*)
		_zcblk_words "--destroy --engine --buffer --size --op --offset --depth
			--threads --span --count --time --pairs --baseline --verify
			--seed --batch --stable --polled --latency --modules --bytes --json --noheadings
			--output --help" "$1"
		;;
	esac
}

# _zcblk_set WORD ATTR: completes an argument of `zcblk set`. If WORD is the value of an assignment,
# ATTR is the name of the attribute. Otherwise, ATTR is empty.
_zcblk_set() {
	if [ -n "$2" ]; then
		_zcblk_value "$2" "$1"
	elif ((COMP_CWORD == 2)); then
		_zcblk_words "$(_zcblk_disks) --help" "$1"
	else
		_zcblk_assign "$1" ""
	fi
}

# _zcblk_restore WORD PREVIOUS: completes an option, or the name of a disk in the table
_zcblk_restore() {
	local names

	if [ "$2" = --module ]; then
		_zcblk_files "$1"
		return
	fi
	names=$(sed -n 's/^[[:blank:]]*\(zcblk[^[:blank:]]*\).*/\1/p' /etc/zcblktab 2>/dev/null)
	_zcblk_words "$names --dry-run --module --help" "$1"
}

_zcblk() {
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local attribute=

	# readline splits path=copy into the three words path, = and copy
	if [ "$word" = = ]; then
		word=
		attribute=$previous
	elif [ "$previous" = = ]; then
		attribute=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	previous=${attribute:-$previous}
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		_zcblk_words "add del set list show stat locks save restore stop
			exercise --help --version" "$word"
		return
	fi
	case ${COMP_WORDS[1]} in
	add) _zcblk_add "$word" "$previous" "$attribute" ;;
	del) _zcblk_words "$(_zcblk_disks) --force --deferred --help" "$word" ;;
	set) _zcblk_set "$word" "$attribute" ;;
	list) _zcblk_table list "$word" "$previous" "" ;;
	show) _zcblk_words "$(_zcblk_disks) --help" "$word" ;;
	stat) _zcblk_table stat "$word" "$previous" "$(_zcblk_disks)" ;;
	locks) _zcblk_table locks "$word" "$previous" "--counters --waits --hot $(_zcblk_disks)" ;;
	save) _zcblk_words "--dry-run --help" "$word" ;;
	restore) _zcblk_restore "$word" "$previous" ;;
	stop) _zcblk_words "$(_zcblk_disks) --dry-run --help" "$word" ;;
	exercise) _zcblk_exercise "$word" "$previous" ;;
	esac
}

complete -F _zcblk zcblk
