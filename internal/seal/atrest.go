package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
)

// AtRest seals texts of a store and hashes those by which rows are found.
type AtRest struct {
	*Sealer
	on   bool
	hash []byte
}

// hashLabel is what the key of hashes is derived for.
const hashLabel = "hashes of what is sealed at rest"

// AtRest makes what seals a store, if on, and opens what was sealed in it. The hashes are taken with a key
// derived from a secret seed, which must stay the same as long as the store.
func (s *Sealer) AtRest(seed []byte, on bool) (*AtRest, error) {
	key, err := hkdf.Key(sha256.New, seed, nil, hashLabel, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of hashes: %w", err)
	}
	return &AtRest{s, on, key}, nil
}

// Seals tells whether what is written is to be sealed.
func (a *AtRest) Seals() bool { return a.on }

// Hash is an HMAC of a text.
func (a *AtRest) Hash(text []byte) []byte {
	mac := hmac.New(sha256.New, a.hash)
	mac.Write(text)
	return mac.Sum(nil)
}

// Mark is the same for all that is sealed with one data key.
func (s *Sealer) Mark() []byte { return s.mark }
