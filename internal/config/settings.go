package config

import (
	_ "embed" // the table
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Setting is a variable, or several that are set together, as people are told of them.
type Setting struct {
	// Group is the heading below which it stands.
	Group string
	Names []string
	// Default is as the variable would hold it; "" for nothing, and words where it is told elsewhere.
	Default string
	// About is what it does, in Markdown; its links are seen from docs.
	About string
}

// SettingsTable is all settings in Markdown, a table for each group.
//
//go:embed settings.md
var SettingsTable string

// Settings lists all there are in the order in which they are told. <NAME> in a name stands for a TSP's.
func Settings() (all []Setting) {
	group := ""
	for line := range strings.Lines(SettingsTable) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			group = strings.TrimSpace(title)
		}
		if !strings.HasPrefix(line, "| `"+prefix) {
			continue
		}
		// The last one may hold bars in code.
		cells := strings.SplitN(strings.TrimSuffix(strings.TrimSpace(line), "|"), "|", 4)
		s := Setting{Group: group, Default: strings.Trim(cells[2], " `"), About: strings.TrimSpace(cells[3])}
		for name := range strings.SplitSeq(cells[1], ",") {
			s.Names = append(s.Names, strings.Trim(name, " `"))
		}
		all = append(all, s)
	}
	return all
}

// Of tells whether a variable is of the setting.
func (s Setting) Of(name string) bool {
	return slices.ContainsFunc(s.Names, func(own string) bool {
		head, tail, many := strings.Cut(own, "<NAME>")
		return own == name || many && strings.HasPrefix(name, head) && strings.HasSuffix(name, tail) && len(name) > len(head+tail)
	})
}

var link = regexp.MustCompile(`\[[^\]]*\]\(([^)]*)\)`)

// Plain is About for a terminal.
func (s Setting) Plain() string {
	return strings.ReplaceAll(link.ReplaceAllString(s.About, "docs/$1"), "`", "")
}

// Given are the variables of a service that an environment sets, as they may be told: what is secret is not.
func Given(environ []string, tsps TSPs) map[string]string {
	known, told := append(variables(), tsps.variables()...), map[string]string{}
	for name, value := range given(environ) {
		if value == "" || !slices.ContainsFunc(known, func(v variable) bool { return v.name == name }) {
			continue
		}
		told[name] = shown(name, value)
	}
	return told
}

// hidden stands for what is not told.
const hidden = "(set, and not shown)"

// shown is the value of a variable as it may be told. Passwords and tokens are put into URLs, also where they do not belong.
func shown(name, value string) string {
	switch {
	case slices.Contains([]string{keyVariable, oldKeyVariable, secretVariable, headersVariable}, name):
		return hidden
	case name == databaseVariable && !strings.Contains(value, "://") && strings.ContainsAny(value, "=@"):
		return hidden
	case name == databaseVariable:
		return withoutPassword(value)
	case strings.HasSuffix(name, "_URL") || strings.HasSuffix(name, "_ISSUER"):
		u, err := url.Parse(value)
		if err != nil {
			return hidden
		}
		if u.RawQuery != "" {
			u.RawQuery = "…"
		}
		return u.Redacted()
	}
	return value
}

// SettingNamed finds one by a variable's name, with or without what all begin with.
func SettingNamed(name string, tsps TSPs) (Setting, error) {
	whole := strings.ToUpper(name)
	if !strings.HasPrefix(whole, prefix) {
		whole = prefix + whole
	}
	all := Settings()
	if i := slices.IndexFunc(all, func(s Setting) bool { return s.Of(whole) }); i >= 0 {
		return all[i], nil
	}
	return Setting{}, fmt.Errorf("%w", unknown(whole, append(variables(), tsps.variables()...)))
}
