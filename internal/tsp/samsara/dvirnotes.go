package samsara

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The labels under which the mechanic's notes tell what an inspection of Samsara's has no member for, in their order.
const (
	noteComment   = "Comment"
	noteCertified = "Certified"
	noteCount     = "Number of defects"
	noteDefects   = "Defects"
	noteInspector = "Inspected by"
	noteTime      = "Inspected at"
	noteKind      = "Kind of inspection"
)

// noteIndent stands before the further lines of a text, so that none is taken for a label.
const noteIndent = "\n  "

// mechanicNotes writes the notes. The last line is the operation, by which the inspection is found again and by which
// notes are known as ours.
func mechanicNotes(d *resource.DvirLog, mark string) string {
	var lines []string
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, label+": "+strings.ReplaceAll(text, "\n", noteIndent))
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

// readNotes reads notes back; nil if they are anybody's but ours, or if somebody has changed them.
func readNotes(text string) notes {
	lines := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), noteIndent, "\r\r"), "\n")
	if !noteMark.MatchString(lines[len(lines)-1]) {
		return nil
	}
	known := []string{noteComment, noteCertified, noteCount, noteDefects, noteInspector, noteTime, noteKind}
	found := notes{}
	for _, line := range lines[:len(lines)-1] {
		label, value, ok := strings.Cut(line, ": ")
		if !ok || !slices.Contains(known, label) {
			return nil
		}
		found[label] = strings.ReplaceAll(value, "\r\r", "\n")
	}
	return found
}

// defects are those that the notes name, and their number.
func (n notes) defects() (kinds []string, number int64) {
	for name := range strings.SplitSeq(n[noteDefects], ", ") {
		if name != "" {
			kinds = append(kinds, strings.ReplaceAll(name, " ", "_"))
		}
	}
	number, err := strconv.ParseInt(n[noteCount], 10, 64)
	if err != nil {
		number = int64(len(kinds))
	}
	return kinds, number
}
