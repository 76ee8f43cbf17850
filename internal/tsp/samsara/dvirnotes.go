package samsara

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The labels under which the mechanic's notes tell what an inspection of Samsara's has no member for. The comment comes
// first and has none.
const (
	noteComment   = ""
	noteCertified = "Certified: "
	noteCount     = "Number of defects: "
	noteDefects   = "Defects: "
	noteInspector = "Inspected by: "
	noteTime      = "Inspected at: "
	noteKind      = "Kind of inspection: "
)

// noteLabels are the labels in the order of the notes.
func noteLabels() []string {
	return []string{noteComment, noteCertified, noteCount, noteDefects, noteInspector, noteTime, noteKind}
}

// mechanicNotes writes the notes. The last line is the operation, by which the inspection is found again and by which
// notes are known as ours.
func mechanicNotes(d *resource.DvirLog, mark string) string {
	var lines []string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+text)
		}
	}
	add(noteComment, d.DriverComment.Or(""))
	add(noteCertified, d.CertifyComment.Or(""))
	if n, ok := d.DefectCount.Get(); ok {
		add(noteCount, strconv.FormatInt(n, 10))
	}
	add(noteDefects, strings.ReplaceAll(strings.Join(d.Defects.Or(nil), ", "), "_", " "))
	add(noteInspector, d.InspectedBy.Or(""))
	if at, ok := d.OccurredAt.Get(); ok {
		add(noteTime, at.Format(time.RFC3339Nano))
	}
	if kind := d.LogType.Or(unknownLog); kind != mechanicLog {
		add(noteKind, kind)
	}
	return strings.Join(append(lines, "Waybill "+mark), "\n")
}

// notes are the mechanic's notes of an inspection that Waybill wrote, by label.
type notes map[string]string

var noteMark = regexp.MustCompile(`^Waybill [0-9a-f]{32}$`)

// readNotes reads notes back; nil if they are anybody's but ours. A line that begins with no label that may come
// belongs to the text before it.
func readNotes(text string) notes {
	lines := strings.Split(text, "\n")
	if !noteMark.MatchString(lines[len(lines)-1]) {
		return nil
	}
	found, labels, at := notes{}, noteLabels(), 0
	for n, line := range lines[:len(lines)-1] {
		next := slices.IndexFunc(labels, func(label string) bool { return label != "" && strings.HasPrefix(line, label) })
		switch {
		case next > at:
			at = next
			found[labels[at]] = strings.TrimPrefix(line, labels[at])
		case n == 0:
			found[noteComment] = line
		default:
			found[labels[at]] += "\n" + line
		}
	}
	return found
}

// posesAsNote tells whether a line of a text would be read, by us or by people, as one of the notes beside it.
func posesAsNote(text string) bool {
	for _, line := range strings.FieldsFunc(text, breaksLine) {
		line = strings.TrimSpace(line)
		for _, label := range noteLabels()[1:] {
			if strings.HasPrefix(line, strings.TrimSpace(label)) {
				return true
			}
		}
	}
	return false
}

// breaksLine tells whether a text goes on in another line behind a character.
func breaksLine(r rune) bool { return strings.ContainsRune("\n\v\f\r\u0085\u2028\u2029", r) }

// defects are those that the notes name, each once, and their number.
func (n notes) defects() (kinds []string, number int64) {
	for name := range strings.SplitSeq(n[noteDefects], ", ") {
		if name != "" {
			kinds = append(kinds, defectOf(name))
		}
	}
	number, err := strconv.ParseInt(n[noteCount], 10, 64)
	if err != nil {
		number = int64(len(kinds))
	}
	return kinds, number
}
