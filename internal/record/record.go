// Package record keeps the TSPs' records as we last knew them: our id of each, the TSP's own
// id, and which connections reach it. Writes resolve their references here, imports bring the
// records up to date, and callers read them within the reach of their grants.
package record

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// Record is one record of a TSP.
type Record struct {
	ID uuid.UUID
	// Seq orders records by their arrival; the store gives it.
	Seq   int64
	Kind  resource.Kind
	Fleet uuid.UUID
	TSP   tsp.Name
	// Account is the TSP's key of the account that the record is in; Collection and SourceID are
	// unique together within it.
	Account    string
	Collection string
	SourceID   resource.SourceID
	// Synthetic tells that the TSP gave no id and SourceID is ours.
	Synthetic bool
	// Imported tells that the record was met in a list of the TSP and not only written.
	Imported bool
	// Fields holds members of the kind's read model; what is unknown is absent.
	Fields jsontext.Value
	// Extras holds what the read model has no place for; "{}" if there is nothing.
	Extras jsontext.Value
	// Source is the record as the TSP gave it; "{}" if it never did.
	Source jsontext.Value
	// Hash is the SHA-256 of Fields and Source: it changes when the record does.
	Hash string
	// Connection is the connection that brought the record's last change.
	Connection uuid.UUID
	// MadeBy is the operation that made the record; zero where that is not known, or where the record was known before.
	MadeBy uuid.UUID
	// OccurredAt is when the event happened that a log tells of; zero if that is unknown.
	OccurredAt time.Time
	// SeenAt is as of when the record is true: when an import asked for it, or when a write of
	// it was settled. A store answers with the last write's, zero if there was none.
	SeenAt    time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
	// DeletedAt is when the TSP was found not to have the record any more; zero while it does.
	DeletedAt time.Time
	// Damaged says why Fields, Extras or Source that are stored cannot be read, for the operator; nil if they can.
	// What cannot be is "{}", and Hash is "" then.
	Damaged error
}

// idSpace is the namespace of the UUIDv5 of records, threads and schedules.
var idSpace = uuid.MustParse("0e9d1b7a-52a5-5b0e-8f52-6f1a3f3f8a57")

// id derives our id of a record from what identifies it, so that it stays the same over imports
// and connections. NUL keeps the parts apart: joined by what an id may hold, two records could
// come to one name.
func (r Record) id() uuid.UUID {
	name := fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%s", r.Fleet, r.TSP, r.Account, r.Collection, r.SourceID)
	return uuid.NewSHA1(idSpace, []byte(name))
}

// Identify fills in the record's id and hash. It must come after Fields and Source are set, and
// again whenever what id looks at has changed.
func (r Record) Identify() Record {
	r.ID = r.id()
	sum := sha256.Sum256(append(append([]byte{}, r.Fields...), r.Source...))
	r.Hash = hex.EncodeToString(sum[:])
	return r
}

// InOrder is the id under which writes keep their order that have to do with the record. While it is being made nobody
// knows its own, and writes that wait for it go before those that come once it is there.
func (r Record) InOrder() uuid.UUID {
	if r.MadeBy != uuid.Nil {
		return r.MadeBy
	}
	return r.ID
}

// Synthetic is the source id of a record to which the TSP gives none. It can be told from a TSP's
// own by its beginning, and made again from the operation.
func Synthetic(operation uuid.UUID) resource.SourceID {
	return resource.SourceID("waybill:" + operation.String())
}
