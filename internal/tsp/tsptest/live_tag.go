package tsptest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// tag tells one record of a contract run from all others of this and earlier runs.
type tag struct {
	began time.Time
	n     int
}

// run names the run.
func (g tag) run() string { return g.began.UTC().Format("20060102-150405") }

// number is the tag in digits. Runs of different seconds do not share one while they make fewer
// than 32 records each.
func (g tag) number() uint64 { return uint64(g.began.Unix())<<5 | uint64(g.n&31) }

// short is the number in few characters.
func (g tag) short() string { return strconv.FormatUint(g.number(), 36) }

// title is the run for people; its records have their number behind it.
func (g tag) title() string { return "waybill contract " + g.run() }

// titles are the record's and shorter ones, for fields with little room.
func (g tag) titles() []string {
	return []string{fmt.Sprintf("%s %d", g.title(), g.n), fmt.Sprintf("waybill %s %d", g.run(), g.n), "waybill " + g.short(), "wb" + g.short()}
}

// handles are titles in the characters that user names may have everywhere.
func (g tag) handles() []string {
	all := g.titles()
	for i := range all {
		all[i] = strings.NewReplacer(" ", ".", "-", ".").Replace(all[i])
	}
	return all
}

// values are JSON values of a field that make the record unique and recognisable, the best
// first; none where the sample serves. They keep to what can be told of the sample's form.
func (g tag) values(f *resource.Field, sample string) []string {
	if f.Type == resource.DateTime {
		at := g.began.Add(time.Duration(g.n)*time.Second - time.Hour) // recent, and surely not in the future
		return []string{quoted(at.UTC().Format(time.RFC3339))}
	}
	if f.Type != resource.Text {
		return nil
	}
	text := unquoted(sample)
	switch f.Name {
	case "vehicle_name", "trailer_name", "notes", "message_text", "driver_comment", "certify_comment", "fuel_vendor":
		return quotedAll(g.titles())
	case "username", "user_email":
		return quotedAll(g.logins(text))
	case "first_name":
		return []string{`"Waybill"`}
	case "last_name":
		return []string{`"Contract"`}
	case "external_id", "employee_number":
		return quotedAll(g.handles()[1:]) // The first is longer than some TSPs' ids of other systems.
	case "vin", "engine_vin":
		return quotedAll(g.vins(text))
	case "license_plate_number":
		return []string{quoted("WB" + strings.ToUpper(last(g.short(), 5)))}
	case "license_number":
		return []string{quoted(renumbered(text, len(text), g.number()))}
	case "phone_number":
		return quotedAll(g.phones(text))
	}
	return nil
}

// logins are user names, or e-mail addresses of the sample's domain if it is one.
func (g tag) logins(sample string) []string {
	all := g.handles()
	if _, domain, mail := strings.Cut(sample, "@"); mail {
		for i := range all {
			all[i] += "@" + domain
		}
	}
	return all
}

// phones is a number like the sample that nobody can have: one of the area code 555, which was
// never given out, or one that is reserved for fiction (555-0100 to 555-0199). Any other sample
// stays.
func (g tag) phones(sample string) []string {
	var digits strings.Builder
	for _, r := range sample {
		if r >= '0' && r <= '9' {
			digits.WriteRune(r)
		}
	}
	switch national := last(digits.String(), 10); {
	case len(national) == 10 && strings.HasPrefix(national, "555"):
		return []string{renumbered(sample, 6, g.number())}
	case len(national) == 10 && strings.HasPrefix(national[3:], "55501"):
		return []string{renumbered(sample, 2, g.number())}
	}
	return nil
}

// renumbered replaces up to n digits of a text, from the last one on, by those of a number.
func renumbered(text string, n int, number uint64) string {
	out := []byte(text)
	for i := len(out) - 1; i >= 0 && n > 0; i-- {
		if out[i] >= '0' && out[i] <= '9' {
			out[i] = '0' + byte(number%10)
			number /= 10
			n--
		}
	}
	return string(out)
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }
