package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Kept are the calls of one attempt, as long as they are kept.
type Kept struct {
	// Try is how many attempts the operation had before, and Entry the N of the attempt's entry in its log: of the first
	// one where it has several, as many as Entries.
	Try, Entry, Entries int
	EndedAt             time.Time
	Calls               []tsp.Exchange
	// Omitted is how many calls there were beyond the bound.
	Omitted int
	// Damaged says why the stored calls cannot be read; nil if they can.
	Damaged error
}

// mostKept bounds of how many attempts of an operation the calls are kept: of the first one, and of the newest.
const mostKept = 20

// Outdates tells which attempt's calls are kept no longer once these are.
func (k Kept) Outdates() (try int, ok bool) {
	try = k.Try - mostKept + 1
	return try, try > 0
}

// Why an entry of a log has no exchanges.
const (
	// absentStopped: Waybill stopped during the attempt, and what it had called was in its memory alone.
	absentStopped = "interrupted"
	// absentPart: they stand with the first entry of the same attempt.
	absentPart = "with_first_part"
	// absentUnread: what is stored of them cannot be read any more.
	absentUnread = "unreadable"
	// absentKept: they are older than is kept, or none were kept when it was made, or the entry tells of no attempt.
	absentKept = "not_kept"
)

// Calls are the exchanges of an entry of a log, for whoever asks for them.
type Calls struct {
	// Exchanges are in the order in which the calls ended; nil where they are absent.
	Exchanges *[]tsp.Exchange `json:"exchanges"`
	Absent    *string         `json:"exchanges_absent"`
	Omitted   int             `json:"exchanges_omitted"`
}

// Exchanges returns the calls of an operation's attempts, as its partner may see them at this time. What was read at
// the TSP tells of the fleet, and needs a grant in force, as every other reading does.
func (s *Service) Exchanges(ctx context.Context, op Operation) ([]Kept, error) {
	kept, err := s.Kept.Exchanges(ctx, op.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the calls of an operation: %w", err)
	}
	grant, err := s.Access.Grant(ctx, op.Partner, op.Fleet)
	if err != nil && !errors.Is(err, access.ErrNotFound) {
		return nil, fmt.Errorf("looking up a grant: %w", err)
	}
	for i := range kept {
		for n := range kept[i].Calls {
			if one := &kept[i].Calls[n]; one.Reads && !mayRead(grant, op.Kind, one.Purpose) {
				one.Response = withheld(one.Response)
			}
		}
	}
	return kept, nil
}

// mayRead tells whether a grant lets its partner see what a call for a write of a kind has read. A record that is read
// back is of that kind. What is read before is whatever the TSP answers with: people to send to, vehicles and where
// they are, a list in which all of them stand.
func mayRead(grant access.Grant, written resource.Kind, purpose tsp.Purpose) bool {
	kinds := []resource.Kind{written}
	if purpose != tsp.ForReadBack {
		kinds = append(kinds, resource.KindVehicle, resource.KindTrailer, resource.KindUser)
	}
	return !slices.ContainsFunc(kinds, func(k resource.Kind) bool { return !grant.MayRead(k) })
}

// withheld is an answer without its body.
func withheld(of *tsp.Response) *tsp.Response {
	if of == nil || of.Body == nil {
		return of
	}
	out := *of
	out.Content, out.Redacted = tsp.Content{BodyLength: of.BodyLength, BodyCut: true}, true
	return &out
}

// ReadWith is Read with the exchanges of each entry of the log.
func (op Operation) ReadWith(kept []Kept) Read {
	out := op.Read()
	for i := range out.Logs {
		out.Logs[i].Calls = callsOf(op.Attempts[i], kept)
	}
	return out
}

// callsOf are those of an entry: of the attempts that share it, one after the other.
func callsOf(a Attempt, kept []Kept) *Calls {
	out, absent := &Calls{}, absentKept
	var all []tsp.Exchange
	if a.interrupted() {
		absent = absentStopped
	}
	for _, k := range kept {
		switch {
		case k.Entry == a.N && k.Damaged != nil:
			absent = absentUnread
		case k.Entry == a.N:
			all = append(slices.Grow(all, 1), k.Calls...)
			out.Omitted += k.Omitted
		case k.Entry < a.N && a.N < k.Entry+k.Entries:
			absent = absentPart
		}
	}
	if all == nil {
		out.Absent = &absent
		return out
	}
	out.Exchanges = &all
	return out
}

// KeptOf returns what is kept of an attempt that ends with these new or changed entries of the log.
func (op Operation) KeptOf(entries []Attempt, calls []tsp.Exchange) *Kept {
	return &Kept{Try: op.Tries, Entry: entries[0].N, Entries: len(entries), EndedAt: entries[0].EndedAt, Calls: calls}
}

// Exchanges keeps the calls of attempts; they are written by Queue.Settle.
type Exchanges interface {
	// Exchanges returns the calls of an operation's attempts, in their order. Those that are Damaged hold up no others.
	Exchanges(ctx context.Context, operation uuid.UUID) ([]Kept, error)
}
