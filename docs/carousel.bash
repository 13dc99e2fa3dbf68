# Completion of carousel's commands, options and their values for bash.
# shellcheck shell=bash
#
# The words come from the help screens of the program, so that they are those of this version.

_carousel() {
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]} command='' help argument='' i
    COMPREPLY=()

    # In a checkout ask the built program: the launcher might have to build it first.
    if [[ $program == */* && -e ${program%/*}/.ci/setup.sh ]]; then
        program=${program%/*}/build/release/src/carousel
    fi
    command -v -- "$program" >/dev/null || return 0

    for ((i = 1; i < COMP_CWORD; ++i)); do
        case ${COMP_WORDS[i]} in
            --config) ((++i)) ;;
            -*) ;;
            *) command=${COMP_WORDS[i]} && break ;;
        esac
    done

    if [[ ! $command && $previous != --config ]]; then
        help=$("$program" --help 2>/dev/null) || return 0
        if [[ $current == -* ]]; then
            mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^  \(--[a-z0-9-]*\).*/\1/p' <<<"$help")" -- "$current")
        else
            mapfile -t COMPREPLY < <(compgen -W "$(awk '/^$/ { on = 0 } on { print $1 }
                /^Commands:/ { on = 1 }' <<<"$help")" -- "$current")
        fi
        return 0
    fi

    help=$("$program" ${command:+"$command" --help all} 2>/dev/null) || return 0
    if [[ $previous == --* ]]; then # "  --unit byte|codepoint   meaning": two blanks end the argument
        argument=$(sed -n "s/^  $previous \([^ ]\{1,\}\).*/\1/p" <<<"$help")
        if [[ $argument == NAME ]]; then # "  --cell NAME   meaning (lstm, gru; default: lstm)", over some lines
            argument=$(awk -v row="$previous" '$1 ~ /^--/ { on = $1 == row } on' <<<"$help" | tr -s '\n ' ' ' |
                sed -n 's/.*(\([a-z0-9, -]*\); default: .*/\1/p')
            argument=${argument//, /|}
        fi
    fi
    case $argument in
        [a-z]*) mapfile -t COMPREPLY < <(compgen -W "${argument//|/ }" -- "$current") ;;
        *FILE* | '')
            if [[ ! $argument && $current == -* ]]; then
                mapfile -t COMPREPLY < <(compgen -W "$(sed -n 's/^  \(--[a-z0-9-]*\).*/\1/p' <<<"$help")" -- "$current")
            else
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
            fi
            ;;
    esac
}

complete -F _carousel carousel
