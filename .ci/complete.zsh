# complete.zsh FOLDER LINE: what zsh offers for the last word of a line, one a line, with the completions in
# FOLDER. Only a line editor completes, so there is a shell of its own in which the line is typed.
zmodload zsh/zpty
zpty editor zsh -f -i
zpty -w editor "PS1= PS2= RPS1= TERM=dumb; unsetopt zle_bracketed_paste prompt_sp"
zpty -w editor "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
# Offers are printed between two marks instead of being listed.
zpty -w editor 'compadd() {
    if [[ $* == *-[OAD]\ * ]]; then builtin compadd "$@"; return; fi
    local -a offered
    builtin compadd -O offered "$@"
    print -rl -- "offer:"${^offered} >>$offers
    builtin compadd "$@"
}'
offers=$(mktemp)
zpty -w editor "offers=${(q)offers}; : ready >>\$offers.ready"
for ((i = 0; i < 100; ++i)); do [[ -e $offers.ready ]] && break; sleep 0.1; done
zpty -w -n editor "$2"$'\t'
for ((i = 0; i < 50; ++i)); do [[ -s $offers ]] && break; sleep 0.1; done
sleep 0.2
sed -n 's/^offer://p' "$offers" | sort -u
zpty -d editor
rm -f "$offers" "$offers.ready"
