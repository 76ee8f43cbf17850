// Package audit is the log of who changed what: append-only, each entry chained to the one before it
// by its hash, so that an entry that was changed, taken out or put in between is told.
package audit

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"
)

// Actor is who changes something.
type Actor struct {
	// Name is "operator:" and the user of the machine for commands, or the email of who acts in the console;
	// "client:" and the id for callers of the API; either with " sub:" and the subject of who comes from an
	// issuer that is another; "stranger" for those who prove nothing, and "waybill" for what the service does
	// by itself.
	Name string `json:"actor"`
	// Request and Remote are the id of the request and the address that it came from; "" for others than
	// callers.
	Request string `json:"request_id,omitzero"`
	Remote  string `json:"remote_address,omitzero"`
}

type key struct{}

// By returns a context of what an actor does.
func By(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, key{}, a) }

// Of returns who does what is done in a context: the service itself, where nobody else is named.
func Of(ctx context.Context) Actor {
	if a, ok := ctx.Value(key{}).(Actor); ok && a.Name != "" {
		return a
	}
	return Actor{Name: "waybill"}
}

// Proven returns a context whose actor has a name that was proven behind the first look at its request, from
// which the rest of it stays.
func Proven(ctx context.Context, name string) context.Context {
	a, _ := ctx.Value(key{}).(Actor)
	a.Name = name
	return By(ctx, a)
}

// Entry is one change of one thing.
type Entry struct {
	// Seq counts from 1 without gaps.
	Seq int64     `json:"seq"`
	At  time.Time `json:"at"`
	Actor
	// Action is created, changed or deleted.
	Action string `json:"action"`
	// Object is what was changed, such as "client:dispatch".
	Object string `json:"object"`
	// Changed are the names of the members that differ.
	Changed []string `json:"changed"`
	// Before and After are digests of all members, secrets as their hashes; "" where there was nothing.
	Before string `json:"before,omitzero"`
	After  string `json:"after,omitzero"`
	// Hash is that of the entry and of the hash before it.
	Hash string `json:"hash"`
}

// Facts are the members of a thing by their names, nil for one that does not exist. Secrets are in
// them as their hashes.
type Facts map[string]any

// Compare returns what became of a thing, and false if its members are what they were.
func Compare(before, after Facts) (Entry, bool, error) {
	e := Entry{Action: "changed", Changed: []string{}}
	switch {
	case before == nil:
		e.Action = "created"
	case after == nil:
		e.Action = "deleted"
	}
	var err error
	if e.Before, err = digest(before); err != nil {
		return e, false, err
	}
	if e.After, err = digest(after); err != nil {
		return e, false, err
	}
	all := Facts{}
	maps.Copy(all, before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if e.Action == "changed" && fmt.Sprint(before[name]) != fmt.Sprint(after[name]) {
			e.Changed = append(e.Changed, name)
		}
	}
	return e, e.Before != e.After, nil
}

func digest(f Facts) (string, error) {
	if f == nil {
		return "", nil
	}
	text, err := json.Marshal(f, json.Deterministic(true))
	if err != nil {
		return "", fmt.Errorf("encoding what was changed: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Chained returns the entry behind another one, whose number and hash are those of the head; Seq and
// Hash are set.
func (e Entry) Chained(head Head) (Entry, error) {
	e.Seq, e.Hash = head.Seq+1, head.Hash
	text, err := json.Marshal(e, json.Deterministic(true))
	if err != nil {
		return e, fmt.Errorf("encoding an entry: %w", err)
	}
	sum := sha256.Sum256(text)
	e.Hash = hex.EncodeToString(sum[:])
	return e, nil
}

// Head is the end of a log. Whoever keeps one elsewhere can tell later whether the log still holds
// what it held then. The zero Head is that of an empty log.
type Head struct {
	Seq  int64
	Hash string
}

// String is how heads are written down: the number, a colon and the hash.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Seq, h.Hash) }

// ParseHead reads what String has written.
func ParseHead(text string) (Head, error) {
	var h Head
	number, hash, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(hash)
	_, scan := fmt.Sscanf(number, "%d", &h.Seq)
	if scan != nil || err != nil || len(raw) != sha256.Size || h.Seq < 1 || fmt.Sprint(h.Seq) != number {
		return h, fmt.Errorf("%q is no head of an audit log; give one as `waybill audit verify` prints it", text)
	}
	h.Hash = hash
	return h, nil
}

// ErrBroken is how a log ends that is not what it was; what it wraps says where.
var ErrBroken = errors.New("the audit log was tampered with")

// Verify follows a chain, page by page, through the entry behind its head.
func (h Head) Verify(page []Entry) (Head, error) {
	for _, e := range page {
		want, err := e.Chained(h)
		if err != nil {
			return h, err
		}
		switch {
		case e.Seq != want.Seq:
			return h, fmt.Errorf("%w: entry %d is missing; entry %d follows entry %d", ErrBroken, want.Seq, e.Seq, h.Seq)
		case subtle.ConstantTimeCompare([]byte(e.Hash), []byte(want.Hash)) != 1:
			return h, fmt.Errorf("%w: entry %d, or the hash before it, is not as it was written", ErrBroken, e.Seq)
		}
		h = Head{e.Seq, e.Hash}
	}
	return h, nil
}

// Log keeps the entries.
type Log interface {
	// Note appends an entry of its own; the store gives its time, number and hash, and the context its
	// actor.
	Note(ctx context.Context, e Entry) error
	// Entries lists entries behind a number, oldest first.
	Entries(ctx context.Context, after int64, limit int) ([]Entry, error)
	// AuditHead returns the end of the log.
	AuditHead(ctx context.Context) (Head, error)
	// Guarded tells whether the store refuses whoever changes or deletes an entry past it, and adds
	// nothing of its own to what is appended, as the release has made it.
	Guarded(ctx context.Context) (bool, error)
}
