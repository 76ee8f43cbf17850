package simkit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// entry is one line of the journal: an object put (Object set) or removed (Object absent). An entry without collection
// only carries the last Seq.
type entry struct {
	// Seq is the number of this change; Born is the Seq of the object.
	Seq        int64          `json:"seq"`
	Born       int64          `json:"born,omitzero"`
	At         time.Time      `json:"at,omitzero"`
	Collection string         `json:"in,omitzero"`
	ID         string         `json:"id,omitzero"`
	Keys       []string       `json:"keys,omitempty"`
	Raw        jsontext.Value `json:"object,omitzero"`
	Object     Object         `json:"-"`
}

func entryOf(collection string, i *Item, seq int64) entry {
	return entry{Seq: seq, Born: i.Seq, At: i.At, Collection: collection, ID: i.ID, Keys: i.Keys, Object: i.Object}
}

// journal is an append-only file of entries. What append has written outlives the process, whatever ends it; nothing
// is synced, so a power cut may lose the newest entries. A nil file keeps nothing.
type journal struct {
	file  *os.File
	size  int64
	lines int
}

// openJournal calls restore with every entry. A last line that was cut off is dropped: it was never acknowledged.
func openJournal(path string, restore func(entry)) (*journal, error) {
	if path == "" {
		return &journal{}, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file}
	if err := j.load(restore); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

func (j *journal) load(restore func(entry)) error {
	in := bufio.NewReaderSize(j.file, 1<<16)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return j.file.Truncate(j.size)
		}
		if err != nil {
			return err
		}
		e, err := parseEntry(line)
		if err != nil {
			return fmt.Errorf("line %d of %s: %w", j.lines+1, j.file.Name(), err)
		}
		restore(e)
		j.size += int64(len(line))
		j.lines++
	}
}

func parseEntry(line []byte) (entry, error) {
	var e entry
	if err := json.Unmarshal(line, &e); err != nil {
		return e, err
	}
	if e.Raw == nil {
		return e, nil
	}
	object, err := ParseObject(e.Raw)
	e.Raw, e.Object = nil, object
	return e, err
}

func encodeEntry(to *bytes.Buffer, e entry) error {
	if e.Object != nil {
		raw, err := Marshal(e.Object)
		if err != nil {
			return err
		}
		e.Raw = raw
	}
	if err := json.MarshalWrite(to, e); err != nil {
		return err
	}
	return to.WriteByte('\n')
}

// append writes the entries as one piece, or leaves the file as it was.
func (j *journal) append(entries []entry) error {
	if j.file == nil || len(entries) == 0 {
		return nil
	}
	var lines bytes.Buffer
	for _, e := range entries {
		if err := encodeEntry(&lines, e); err != nil {
			return err
		}
	}
	n, err := j.file.Write(lines.Bytes())
	if err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(n)
	j.lines += len(entries)
	return nil
}

func (j *journal) truncate() error {
	if j.file == nil {
		return nil
	}
	j.size, j.lines = 0, 0
	return j.file.Truncate(0)
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
