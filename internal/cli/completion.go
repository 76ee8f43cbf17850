package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish,powershell" help:"bash, zsh, fish or powershell."`
}

// Help teaches the command.
func (completionCommand) Help() string {
	return `Prints a script by which the shell completes commands, flags and their values. Load it when the shell starts:

  bash:  source <(waybill completion bash)
  zsh:   source <(waybill completion zsh)
  fish:  waybill completion fish | source
  PowerShell:  waybill completion powershell | Out-String | Invoke-Expression`
}

// Run prints the script.
func (c completionCommand) Run(s *Session, parser *kong.Kong) error {
	var words []wordsAt
	walk(parser.Model.Node, nil, &words)
	text := ""
	switch c.Shell {
	case "fish":
		text = fishScript(words)
	case "powershell":
		text = powershellScript(words)
	case "zsh":
		// zsh runs the functions of bash.
		text = "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n" + bashScript(words)
	default:
		text = bashScript(words)
	}
	if _, err := fmt.Fprint(s.Out, text); err != nil {
		return fmt.Errorf("writing the output: %w", err)
	}
	return nil
}

// word is what can stand at a place of a command line.
type word struct {
	text, help string
	// values are those of a flag that takes one of some.
	values []string
	short  string
}

// wordsAt are those behind a path of commands.
type wordsAt struct {
	path            []string
	commands, flags []word
}

// walk gathers what can stand behind each command.
func walk(node *kong.Node, path []string, all *[]wordsAt) {
	at := wordsAt{path: path}
	for _, child := range node.Children {
		if !child.Hidden {
			at.commands = append(at.commands, word{text: child.Name, help: child.Help})
		}
	}
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			w := word{text: flag.Name, help: flag.Help}
			if flag.Short != 0 {
				w.short = string(flag.Short)
			}
			if flag.Enum != "" {
				w.values = slices.DeleteFunc(flag.EnumSlice(), func(v string) bool { return v == "" })
			}
			at.flags = append(at.flags, w)
		}
	}
	// A place of an argument that takes one of some is completed as commands are.
	for _, arg := range node.Positional {
		if arg.Enum != "" {
			for _, v := range arg.EnumSlice() {
				at.commands = append(at.commands, word{text: v})
			}
		}
	}
	if len(path) > 0 && (path[0] == "write" || path[0] == "record" && len(path) == 2) {
		for kind := range strings.SplitSeq(Kinds(), ", ") {
			at.commands = append(at.commands, word{text: kind})
		}
	}
	*all = append(*all, at)
	for _, child := range node.Children {
		if !child.Hidden {
			walk(child, append(slices.Clone(path), child.Name), all)
		}
	}
}

// bashScript completes by a table: the words behind each path, and the values of flags.
func bashScript(all []wordsAt) string {
	var places, values strings.Builder
	for _, at := range all {
		path := strings.Join(at.path, " ")
		var words []string
		for _, w := range at.commands {
			words = append(words, w.text)
		}
		for _, f := range at.flags {
			words = append(words, "--"+f.text)
			if len(f.values) == 0 {
				continue
			}
			names := "\"" + path + "|--" + f.text + "\""
			if f.short != "" {
				names += "|\"" + path + "|-" + f.short + "\""
			}
			fmt.Fprintf(&values, "    %s) echo '%s';;\n", names, strings.Join(f.values, " "))
		}
		fmt.Fprintf(&places, "    %q) echo '%s';;\n", path, strings.Join(words, " "))
	}
	return `_waybill_words() {
  case "$1" in
` + places.String() + `  esac
}
_waybill_values() {
  case "$1|$2" in
` + values.String() + `  esac
}
_waybill() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} path="" word i values
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    [ -n "$(_waybill_words "${path:+$path }$word")" ] && path=${path:+$path }$word
  done
  values=$(_waybill_values "$path" "$prev")
  COMPREPLY=($(compgen -W "${values:-$(_waybill_words "$path")}" -- "$cur"))
}
complete -o default -F _waybill waybill
`
}

// fishScript completes by conditions on what was seen before.
func fishScript(all []wordsAt) string {
	var out strings.Builder
	out.WriteString("complete -c waybill -f\n")
	for _, at := range all {
		seen := "__fish_use_subcommand"
		if len(at.path) > 0 {
			var conditions []string
			for _, name := range at.path {
				conditions = append(conditions, "__fish_seen_subcommand_from "+name)
			}
			seen = strings.Join(conditions, "; and ")
		}
		var names []string
		for _, w := range at.commands {
			names = append(names, w.text)
		}
		for _, w := range at.commands {
			when := seen
			if len(at.path) > 0 {
				when += "; and not __fish_seen_subcommand_from " + strings.Join(names, " ")
			}
			fmt.Fprintf(&out, "complete -c waybill -n '%s' -a '%s' -d '%s'\n", when, w.text, fishText(w.help))
		}
		for _, f := range at.flags {
			if len(at.commands) > 0 && len(at.path) > 0 {
				continue
			}
			fmt.Fprintf(&out, "complete -c waybill -n '%s' -l %s -d '%s'", seen, f.text, fishText(f.help))
			if f.short != "" {
				fmt.Fprintf(&out, " -s %s", f.short)
			}
			if len(f.values) > 0 {
				fmt.Fprintf(&out, " -x -a '%s'", strings.Join(f.values, " "))
			}
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// fishText is a text within quotes of fish.
func fishText(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", " ").Replace(text)
}
