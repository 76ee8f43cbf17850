package store

import "context"

// Sealing seals what a setting keeps from whoever reads the database without its key: receivers' URLs, the
// payloads of operations with what TSPs said of them, and the data of events.
type Sealing interface {
	// Seals tells whether what is written is to be sealed. What was sealed is opened whatever it says.
	Seals() bool
	// Seal encrypts a text so that it opens only with the same context, which names its column and row.
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
	// Outdated tells whether something was sealed with another key than the newest.
	Outdated(sealed []byte) bool
	// Hash is equal for equal texts and not to be computed without the key: what is sealed is found by it.
	Hash(text []byte) []byte
}

// Sealed brings what lies in the store into the form in which it would be written: what is sealed with
// another key than the newest is sealed anew, and where Sealing.Seals, what is not sealed is sealed.
// Each call looks at a bounded number of rows behind a place and returns the next place, "" once
// nothing is left, how many rows it changed, and by the name and id of a row why it does not open, which no
// repetition mends. "" begins. Rows that are written meanwhile, and those that do not open, stay as they are.
type Sealed interface {
	// ResealURLs is about receivers and subscriptions.
	ResealURLs(ctx context.Context, after string) (next string, changed int, closed map[string]error, err error)
	// ResealEvents is about the outbox, dead letters and feeds.
	ResealEvents(ctx context.Context, after string) (next string, changed int, closed map[string]error, err error)
	// ResealOperations is about operations and their attempts.
	ResealOperations(ctx context.Context, after string) (next string, changed int, closed map[string]error, err error)
}
