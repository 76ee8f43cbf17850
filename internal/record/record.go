// Package record keeps the TSPs' records as we last knew them: our id of each, the TSP's own
// id, and which connections reach it. Writes resolve their references here.
package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// ErrNotFound is what a Store answers for a record that the connection does not reach.
var ErrNotFound = errors.New("record not found")

// Record is one record of a TSP.
type Record struct {
	ID         uuid.UUID
	Kind       resource.Kind
	Fleet      uuid.UUID
	TSP        tsp.Name
	Account    string
	Collection string
	SourceID   resource.SourceID
	// Synthetic tells that the TSP gave no id and SourceID is ours.
	Synthetic bool
	Fields    jsontext.Value
	Source    jsontext.Value
	Hash      string
	// Connection is the connection through which the record was last seen.
	Connection uuid.UUID
	SeenAt     time.Time
}

// idSpace is the namespace of the UUIDv5 of records.
var idSpace = uuid.MustParse("0e9d1b7a-52a5-5b0e-8f52-6f1a3f3f8a57")

// ID derives our id of a record from what identifies it, so that it stays the same over
// imports and connections.
func (r Record) id() uuid.UUID {
	name := fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%s", r.Fleet, r.TSP, r.Account, r.Collection, r.SourceID)
	return uuid.NewSHA1(idSpace, []byte(name))
}

// Identify fills in the record's id and hash.
func (r Record) Identify() Record {
	r.ID = r.id()
	sum := sha256.Sum256(append(append([]byte{}, r.Fields...), r.Source...))
	r.Hash = hex.EncodeToString(sum[:])
	return r
}

// Synthetic is the source id of a record to which the TSP gives none.
func Synthetic(operation uuid.UUID) resource.SourceID {
	return resource.SourceID("waybill:" + operation.String())
}

// Store keeps records.
type Store interface {
	// Record returns a record that a connection reaches, or ErrNotFound.
	Record(ctx context.Context, connection, id uuid.UUID) (Record, error)
	// SaveRecords adds or replaces records and notes that their connection reaches them.
	SaveRecords(ctx context.Context, records []Record) error
	// RecordsOf lists the records of a kind that a connection reaches, by collection and source id.
	RecordsOf(ctx context.Context, connection uuid.UUID, kind resource.Kind) ([]Record, error)
}
