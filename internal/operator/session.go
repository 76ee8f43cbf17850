package operator

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"github.com/google/uuid"
)

// Session is one operator signed in at one browser.
type Session struct {
	// ID names it in the audit log, and opens nothing.
	ID       uuid.UUID
	Operator Operator
	Hash     []byte
	// SeenAt is when it was used last, to within seenEvery; EndsAt is its end whatever is done with it.
	CreatedAt, SeenAt, EndsAt time.Time
}

// seenEvery is how old SeenAt gets before it is written anew, so that reading pages writes nothing.
const seenEvery = time.Minute

// over tells whether the session has ended at a time.
func (s Session) over(at time.Time, idle time.Duration) bool {
	return s.Operator.Disabled || !at.Before(s.EndsAt) || at.Sub(s.SeenAt) >= idle
}

// secretBytes is the length of what proves a session.
const secretBytes = 32

// newSession makes a session of nobody yet, and what proves it, of which only a hash is kept.
func newSession(at time.Time, life time.Duration) (secret string, s Session) {
	raw := make([]byte, secretBytes)
	// It never fails; see crypto/rand.
	_, _ = rand.Read(raw)
	secret = base64.RawURLEncoding.EncodeToString(raw)
	return secret, Session{ID: uuid.Must(uuid.NewV7()), Hash: hash(secret), CreatedAt: at, SeenAt: at, EndsAt: at.Add(life)}
}
