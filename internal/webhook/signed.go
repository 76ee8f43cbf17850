package webhook

import (
	"crypto/sha256"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Signed is what an attempt signed, without the secret: a receiver whose signature differs finds by it what it has read
// otherwise.
type Signed struct {
	// At is the time in the headers, in whole seconds; zero if nothing was signed, or that is not known.
	At time.Time
	// Sum is the SHA-256 of the body before gzip.
	Sum [sha256.Size]byte
}

func signedOf(body []byte, now time.Time) Signed {
	return Signed{At: now.UTC().Truncate(time.Second), Sum: sha256.Sum256(body)}
}

// Before is what stands before the body in what is signed, in the form of the contract and in that of Standard Webhooks.
func (s Signed) Before(event uuid.UUID) (contract, standard string) {
	return s.At.Format(catenaTime) + ".", event.String() + "." + strconv.FormatInt(s.At.Unix(), 10) + "."
}

// bodyOf is the body of a delivery as it is signed, which is made anew for each request, because it holds the attempt's
// number.
func bodyOf(d Delivery, strict Shorten) ([]byte, error) {
	// That of a test holds nothing that the contract lacks, and the contract does not know its name.
	if d.Subscription.Strict && !d.Test {
		var err error
		if d, err = strict.of(d); err != nil {
			return nil, err
		}
	}
	return Envelope(d)
}
