package audit

import (
	"context"
	"fmt"
)

// pageSize bounds how many entries are in memory at once.
const pageSize = 1000

// Pages calls with the entries of a log behind a number, oldest first, page by page.
func Pages(ctx context.Context, log Log, after int64, call func([]Entry) error) error {
	for {
		page, err := log.Entries(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("reading the audit log: %w", err)
		}
		if err := call(page); err != nil || len(page) < pageSize {
			return err
		}
		after = page[len(page)-1].Seq
	}
}

// Follow follows the chain from a head that the log must hold, zero for its beginning, to its end.
func Follow(ctx context.Context, log Log, from Head) (Head, error) {
	if err := Holds(ctx, log, from); err != nil {
		return from, err
	}
	end := from
	err := Pages(ctx, log, from.Seq, func(page []Entry) (err error) {
		end, err = end.Verify(page)
		return err
	})
	return end, err
}

// Holds refuses a log that does not hold a head. What was cut off behind the log's end is found by it.
func Holds(ctx context.Context, log Log, head Head) error {
	if head.Seq == 0 {
		return nil
	}
	found, err := log.Entries(ctx, head.Seq-1, 1)
	switch {
	case err != nil:
		return fmt.Errorf("reading the audit log: %w", err)
	case len(found) == 0 || found[0].Seq != head.Seq:
		return fmt.Errorf("%w: it once held entry %d, and that is gone", ErrBroken, head.Seq)
	case found[0].Hash != head.Hash:
		return fmt.Errorf("%w: entry %d is another than it once was, so all before it may be", ErrBroken, head.Seq)
	}
	return nil
}
