package simkit

import (
	"bufio"
	"bytes"
	"errors"
	"os"
)

// compactAbove is how many lines a journal has before compacting it is worth the while.
const compactAbove = 10_000

// compact replaces the file by a snapshot when most of its lines are out of date. It runs before the journal is used.
func (j *journal) compact(live int, snapshot func(write func(entry) error) error) error {
	if j.file == nil || j.lines < compactAbove || j.lines < 2*live {
		return nil
	}
	path := j.file.Name()
	next, err := os.OpenFile(path+".next", os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	fresh := &journal{file: next}
	if err := fresh.fill(snapshot); err != nil {
		return errors.Join(err, next.Close())
	}
	if err := os.Rename(next.Name(), path); err != nil {
		return errors.Join(err, next.Close())
	}
	if err := j.file.Close(); err != nil {
		return errors.Join(err, next.Close())
	}
	*j = *fresh
	return nil
}

func (j *journal) fill(snapshot func(write func(entry) error) error) error {
	out := bufio.NewWriterSize(j.file, 1<<16)
	var line bytes.Buffer
	err := snapshot(func(e entry) error {
		line.Reset()
		if err := encodeEntry(&line, e); err != nil {
			return err
		}
		j.size += int64(line.Len())
		j.lines++
		_, err := out.Write(line.Bytes())
		return err
	})
	return errors.Join(err, out.Flush())
}
