package console

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
)

// functions are those of the templates.
func functions() template.FuncMap {
	return template.FuncMap{"when": when, "clock": clock, "tail": tail, "head": head, "count": count, "took": took,
		"zero": func(id uuid.UUID) bool { return id == uuid.Nil }}
}

// stamp is the full form of a time, which always names its zone.
const stamp = "2006-01-02 15:04:05.000 UTC"

// recent is for how long a time is told by how long ago it was.
const recent = 7 * 24 * time.Hour

// when is a time beside another, with its full form in the title; the script goes on counting.
func when(now, at time.Time) template.HTML {
	if at.IsZero() {
		return ""
	}
	at = at.UTC()
	text, goes := ago(now, at), " data-goes"
	if d := now.Sub(at); d >= recent || d <= -recent {
		text, goes = at.Format("2 Jan 2006"), ""
	}
	// Nothing of these holds a character of HTML's own.
	return template.HTML(fmt.Sprintf(`<time datetime="%s" title="%s"%s>%s</time>`,
		at.Format(time.RFC3339Nano), at.Format(stamp), goes, text))
}

// ago says how far a time is away: in seconds under 90, then in minutes, hours and days.
func ago(now, at time.Time) string {
	d, text := now.Sub(at).Abs().Round(time.Second), ""
	switch {
	case d < 90*time.Second:
		text = fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		text = fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		text = fmt.Sprintf("%d h", int(d.Hours()))
	case d < 48*time.Hour:
		text = "1 day"
	default:
		text = fmt.Sprintf("%d days", int(d.Hours())/24)
	}
	// Clocks differ: what is now is past.
	if at.After(now) && d > 0 {
		return "in " + text
	}
	return text + " ago"
}

// clock is a time of day, in UTC.
func clock(at time.Time) string { return at.UTC().Format("15:04:05 UTC") }

// took is a duration: milliseconds under a second, then seconds, then minutes.
func took(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// span is a duration in one unit.
func span(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		word string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d == unit.size {
			return "one " + unit.word
		}
		if d >= unit.size && d%unit.size == 0 {
			return fmt.Sprintf("%d %ss", d/unit.size, unit.word)
		}
	}
	return d.String()
}

// shown is how many characters of an id stand for it.
const shown = 8

// tail stands for the id of an operation, event or subscription: those of one minute begin alike.
func tail(id uuid.UUID) string { text := id.String(); return "…" + text[len(text)-shown:] }

// head stands for the id of a record or connection.
func head(id uuid.UUID) string { return id.String()[:shown] }

// count is a number with commas.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// cut is the begin of a text, in characters.
func cut(text string, most int) string {
	all := []rune(text)
	if len(all) <= most {
		return text
	}
	return string(all[:most-1]) + "…"
}

// sentence begins with a capital and ends with a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	all := []rune(text)
	all[0] = unicode.ToUpper(all[0])
	if !strings.ContainsRune(".!?…”", all[len(all)-1]) {
		all = append(all, '.')
	}
	return string(all)
}

// oneWord is a name as one word of a log.
func oneWord(name string) string {
	name = cut(name, 200)
	if strings.ContainsFunc(name, func(c rune) bool { return c == ' ' || !unicode.IsPrint(c) }) {
		return strconv.Quote(name)
	}
	return name
}
