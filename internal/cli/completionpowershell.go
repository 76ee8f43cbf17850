package cli

import (
	"fmt"
	"strings"
)

// powershellScript completes by the table of bashScript. PowerShell tells the words in front by what it has parsed.
func powershellScript(all []wordsAt) string {
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
			fmt.Fprintf(&values, "    %s = %s\n", powershellText(path+"|--"+f.text), powershellList(f.values))
			if f.short != "" {
				fmt.Fprintf(&values, "    %s = %s\n", powershellText(path+"|-"+f.short), powershellList(f.values))
			}
		}
		fmt.Fprintf(&places, "    %s = %s\n", powershellText(path), powershellList(words))
	}
	return `Register-ArgumentCompleter -Native -CommandName waybill -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @{
` + places.String() + `  }
  $values = @{
` + values.String() + `  }
  $path = ''
  $previous = ''
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete) { break }
    $previous = $element.Extent.Text
    $longer = "$path $previous".Trim()
    if ($words.ContainsKey($longer)) { $path = $longer }
  }
  $all = $words[$path]
  if ($values.ContainsKey("$path|$previous")) { $all = $values["$path|$previous"] }
  $all | Where-Object { $_.StartsWith($wordToComplete) } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`
}

// powershellList is an array of texts.
func powershellList(all []string) string {
	quoted := make([]string, len(all))
	for i, text := range all {
		quoted[i] = powershellText(text)
	}
	return "@(" + strings.Join(quoted, ", ") + ")"
}

// powershellText is a text between quotes of PowerShell, in which nothing else has a meaning.
func powershellText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
