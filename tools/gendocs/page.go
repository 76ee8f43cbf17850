package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// page is everything that there is to know about writing to one TSP.
func page(s tsp.Spec) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n`source_name` %s, `tsp_id` %s. Written from:\n\n", s.DisplayName, s.Name, s.Name.ID())
	for _, d := range s.Docs {
		fmt.Fprintf(&b, "- [%s](%s), verified %s\n", d.Title, d.URL, d.Verified)
	}
	credentials(&b, s)
	settings(&b, s)
	limits(&b, s)
	lost(&b, s)
	imports(&b, s)
	for _, c := range tsp.Capabilities() {
		fmt.Fprintf(&b, "\n## %s\n\n", title(c))
		if a, ok := s.Actions[c]; ok {
			action(&b, c, a, s.WhyNotImported(c.Kind) == "")
			continue
		}
		why := s.Lacking[c]
		if why == "" {
			why = "Waybill's adapter does not perform it yet"
		}
		fmt.Fprintf(&b, "Not available: %s.\n", strings.TrimSuffix(why, "."))
	}
	return b.String()
}

func credentials(b *strings.Builder, s tsp.Spec) {
	b.WriteString("\n## Credentials\n\nA connection is made with one of these shapes; secret members read as `*****` afterwards.\n\n")
	if s.BaseURL == "" {
		b.WriteString("Everybody hosts " + s.DisplayName + " themselves: `url` says where, over https, and a connection without it is refused unless the operator has set where the server answers.\n" +
			"A server in a private network must be allowed by the operator with `WAYBILL_OUTBOUND_ALLOW`.\n\n")
	}
	if s.Sight != "" {
		b.WriteString("At " + s.DisplayName + " " + s.Sight + ". Credentials of another user of the account may replace those of a connection, with a warning.\n\n")
	}
	b.WriteString("| kind | members |\n| --- | --- |\n")
	for _, k := range s.Credentials {
		var members []string
		for _, f := range k.Fields {
			text := "`" + f.Name + "`"
			var marks []string
			if !f.Required {
				marks = append(marks, "optional")
			}
			if f.Secret {
				marks = append(marks, "secret")
			}
			if len(marks) > 0 {
				text += " (" + strings.Join(marks, ", ") + ")"
			}
			members = append(members, text)
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", k.Kind, strings.Join(members, ", "))
	}
	for _, k := range s.Credentials {
		for _, f := range k.Fields {
			if f.Label != "" {
				fmt.Fprintf(b, "\n`%s` is: %s.\n", f.Name, f.Label)
			}
		}
	}
}

func settings(b *strings.Builder, s tsp.Spec) {
	if len(s.Settings) == 0 {
		return
	}
	b.WriteString("\n## Settings\n\nMembers of a connection's `settings`.\n\n| setting | type | default | what it is |\n| --- | --- | --- | --- |\n")
	for _, one := range s.Settings {
		kind := string(one.Type)
		if one.Values != nil {
			kind = strings.Join(one.Values, ", ")
		}
		fallback := "–"
		if one.Default != nil {
			fallback = fmt.Sprintf("`%v`", one.Default)
		}
		what := one.Label
		if one.Required {
			what += " (required)"
		}
		if one.Secret {
			what += " (secret)"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", one.Key, cell(kind), cell(fallback), cell(what))
	}
}

func limits(b *strings.Builder, s tsp.Spec) {
	b.WriteString("\n## Limits\n\nWaybill keeps to these rates, so that the TSP need not refuse.\n\n| limit | shared by | rate | source |\n| --- | --- | --- | --- |\n")
	for _, l := range s.Limits {
		shared := map[tsp.Scope]string{tsp.PerConnection: "one connection", tsp.PerAccount: "all connections to one account",
			tsp.PerApp: "this whole installation"}[l.Scope]
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", l.Key, shared, rate(l), cell(l.Source))
	}
}

// rate says a limit for people.
func rate(l tsp.Limit) string {
	var said []string
	if l.Events > 0 {
		said = append(said, fmt.Sprintf("%d %s, %d at once", l.Events, every(l.Period), l.Burst))
	}
	if l.AtOnce > 0 {
		said = append(said, fmt.Sprintf("%d in flight", l.AtOnce))
	}
	return strings.Join(said, "; ")
}

// every says a period for people.
func every(d time.Duration) string {
	switch d {
	case time.Second:
		return "a second"
	case time.Minute:
		return "a minute"
	case time.Hour:
		return "an hour"
	}
	return "in " + d.String()
}

// strength says what a repetition after a lost answer does.
func strength(s tsp.Strength) string {
	switch s {
	case tsp.Native:
		return "native: the TSP takes our operation id as its own key, so a repetition does nothing"
	case tsp.NaturalKey:
		return "natural key: a repetition changes nothing more"
	case tsp.VerifyFirst:
		return "verify first: after an answer that was lost Waybill looks at the TSP before it sends again"
	}
	return "none: after an answer that was lost Waybill does not send again, and the operation fails with the outcome unknown"
}

// action describes one write that the TSP has. imported tells whether its records are read too.
func action(b *strings.Builder, c tsp.Capability, a tsp.Action, imported bool) {
	fmt.Fprintf(b, "Idempotency is %s.", strength(a.Strength))
	if len(a.Limits) > 0 {
		fmt.Fprintf(b, " Held to the limits `%s`.", strings.Join(a.Limits, "`, `"))
	}
	b.WriteString("\n")
	if a.Unknowable != "" {
		fmt.Fprintf(b, "\nWhat cannot be known after an answer that was lost: %s.\n", a.Unknowable)
	}
	for _, n := range a.Needs {
		value := "set"
		if n.Value != "" {
			value = "`" + n.Value + "`"
		}
		fmt.Fprintf(b, "\nNeeds the setting `%s` to be %s: %s.\n", n.Setting, value, strings.TrimSuffix(n.Reason, "."))
	}
	schema, err := resource.For(c.Kind, c.Verb)
	if err != nil {
		return
	}
	b.WriteString("\n| field | use | note |\n| --- | --- | --- |\n")
	for i := range schema.Fields {
		f := &schema.Fields[i]
		use, declared := a.Uses[f.Name]
		if !declared {
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", f.Name, use.Use, cell(remarks(use, c.Verb, imported)))
		for _, one := range use.Cases {
			when := "where `" + one.Setting + "` is set"
			if one.Value != "" {
				when = "where `" + one.Setting + "` is `" + one.Value + "`"
			}
			fmt.Fprintf(b, "| | %s | %s |\n", one.Use.Use, cell(strings.TrimSuffix(when+": "+remarks(one.Use, c.Verb, imported), ": ")))
		}
	}
}

// remarks says what of a field's values the TSP takes and shows, and why not all.
func remarks(u tsp.FieldUse, verb resource.Verb, imported bool) string {
	var all []string
	if u.Reason != "" {
		all = append(all, u.Reason)
	}
	if u.Unless != nil {
		all = append(all, fmt.Sprintf("%t passes", *u.Unless))
	}
	if u.NoNull && verb == resource.Update {
		all = append(all, "cannot be cleared")
	}
	switch {
	case u.Least > 0 && u.Least == u.Most:
		all = append(all, fmt.Sprintf("%d characters", u.Most))
	case u.Least == 1 && u.Most == 0:
		all = append(all, "not empty")
	case u.Least > 0 && u.Most > 0:
		all = append(all, fmt.Sprintf("%d to %d characters", u.Least, u.Most))
	case u.Most > 0:
		all = append(all, fmt.Sprintf("at most %d characters", u.Most))
	case u.Least > 0:
		all = append(all, fmt.Sprintf("at least %d characters", u.Least))
	}
	if u.Values != nil {
		all = append(all, "only "+strings.Join(u.Values, ", "))
	}
	if len(u.Collections) > 0 {
		all = append(all, "an id of the TSP's "+strings.Join(u.Collections, " or "))
	}
	if u.Unread != "" && imported {
		all = append(all, "not shown again: "+u.Unread)
	}
	return strings.Join(all, "; ")
}
