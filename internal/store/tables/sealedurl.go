package tables

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// address is a receiver's URL as it is to be stored. key is that by which it is compared, and other
// the key that it has where it was stored in the other form; nil if there is none.
type address struct{ url, key, other any }

// keyContext is what the hash of a URL is taken with, so that equal URLs of two partners are not alike.
func keyContext(partner uuid.UUID, url string) []byte { return bound("url", partner[:], []byte(url)) }

// keys are those by which a URL may lie, first that of the form in which it is stored.
func (b *box) keys(partner uuid.UUID, url string) (key, other any) {
	if b.with == nil {
		return url, nil
	}
	hash := b.with.Hash(keyContext(partner, url))
	if b.seals() {
		return hash, url
	}
	return url, hash
}

// address makes a URL ready to be stored.
func (b *box) address(partner uuid.UUID, url string) (address, error) {
	if b.seals() {
		return b.sealed(partner, url)
	}
	a := address{url: url}
	a.key, a.other = b.keys(partner, url)
	return a, nil
}

// sealed makes a URL ready to be stored sealed.
func (b *box) sealed(partner uuid.UUID, url string) (a address, err error) {
	hash := b.with.Hash(keyContext(partner, url))
	a.key, a.other = hash, url
	a.url, err = b.with.Seal([]byte(url), bound("url", partner[:], hash))
	return a, err
}

// hashURL puts the hash of a URL in the place of a URL that lies as it is, so that the two forms of one are
// the same to the audit log.
func (b *box) hashURL(columns []string, values []any) {
	at, of := slices.Index(columns, "url_key"), slices.Index(columns, "partner")
	if b.with == nil || at < 0 || of < 0 {
		return
	}
	url, isURL := values[at].(string)
	partner, isID := values[of].([]byte)
	if isURL && isID {
		values[at] = b.with.Hash(keyContext(uuid.UUID(partner), url))
	}
}

// located returns the URL of a row.
func (b *box) located(partner uuid.UUID, url, key any) (string, error) {
	hash, _ := key.([]byte)
	return b.get(url, bound("url", partner[:], hash))
}

// anyOf returns the first URL that opens of rows that hold the same one.
func (b *box) anyOf(copies ...located) (url string, err error) {
	var first error
	for _, c := range copies {
		if c.url == nil {
			continue
		}
		if url, err = b.located(c.partner, c.url, c.key); err == nil {
			return url, nil
		}
		if first == nil {
			first = err
		}
	}
	return "", first
}

// address makes a URL ready to be stored and brings what is stored of it into the same form: one URL has
// one key. The receiver goes first, so that its subscriptions find it as they move.
func (t *tx) address(partner uuid.UUID, url string) (address, error) {
	a, err := t.box.address(partner, url)
	if err != nil || a.other == nil {
		return a, err
	}
	found, err := rows(t, `SELECT id FROM receiver WHERE partner = ?1 AND url_key = ?2`, scanOne[uuid.UUID], partner[:],
		a.other)
	for _, receiver := range found {
		if err := t.readdress(receiver, a); err != nil {
			return a, err
		}
	}
	return a, err
}

// readdress writes the URL of a receiver and of all subscriptions that lead to it in another form.
func (t *tx) readdress(receiver uuid.UUID, a address) error {
	if err := t.exec(`UPDATE receiver SET url = ?2, url_key = ?3 WHERE id = ?1`, receiver[:], a.url,
		a.key); err != nil {
		return err
	}
	return t.exec(`UPDATE subscription SET url = ?2, url_key = ?3 WHERE receiver = ?1`, receiver[:], a.url, a.key)
}

// ResealURLs brings URLs into the form in which they would be written, receiver by receiver: the URL of a
// subscription is its receiver's.
func (db *DB) ResealURLs(ctx context.Context, after string) (string, int, map[string]error, error) {
	behind, err := hex.DecodeString(after)
	if err != nil || db.writer.with == nil {
		return "", 0, nil, err
	}
	done, err := give(ctx, db, func(tx *tx) (done stretch, err error) {
		all, err := rows(tx, `SELECT id, partner, url, url_key FROM receiver WHERE id > ?1 ORDER BY id LIMIT ?2`,
			scanLocated, behind, sealedOnce)
		if err != nil {
			return done, err
		}
		if len(all) == sealedOnce {
			last := all[sealedOnce-1].receiver
			done.next = hex.EncodeToString(last[:])
		}
		err = db.database.Erasing(func() error { return tx.renewURLs(all, &done) })
		return done, err
	})
	return done.next, done.changed, done.closed, err
}

// stretch is what was looked at once: where the rest begins, how many rows were changed, and why others do
// not open.
type stretch struct {
	next    string
	changed int
	closed  map[string]error
}

func (t *tx) renewURLs(all []located, done *stretch) error {
	done.closed = map[string]error{}
	for _, l := range all {
		a, err := t.renewedURL(l)
		switch {
		case err != nil:
			done.closed["receiver "+l.receiver.String()] = fmt.Errorf("opening url: %w", err)
		case a.url != nil:
			if err := t.readdress(l.receiver, a); err != nil {
				return fmt.Errorf("sealing the URL of receiver %s: %w", l.receiver, err)
			}
			done.changed++
		}
	}
	return nil
}

// located is the URL of a receiver as it is stored.
type located struct {
	receiver, partner uuid.UUID
	url, key          any
}

func scanLocated(row scanner) (l located, err error) {
	return l, row.Scan(&l.receiver, &l.partner, &l.url, &l.key)
}

// renewedURL seals a URL that is not sealed as it would be; the zero address for one that is.
func (b *box) renewedURL(l located) (address, error) {
	hash, _ := l.key.([]byte)
	if anew, err := b.renewed(l.url, bound("url", l.partner[:], hash)); err != nil || anew == nil {
		return address{}, err
	}
	url, err := b.located(l.partner, l.url, l.key)
	if err != nil {
		return address{}, err
	}
	return b.sealed(l.partner, url)
}
