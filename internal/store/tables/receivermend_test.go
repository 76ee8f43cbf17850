package tables

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/webhook"
)

// wrapped seals by writing the text behind its context, so that a text which is altered in front does not open.
type wrapped struct{ plainly }

func (wrapped) Seal(plain, context []byte) ([]byte, error) {
	return append([]byte{byte(len(context))}, plain...), nil
}
func (wrapped) Outdated([]byte) bool { return false }
func (wrapped) Open(sealed, context []byte) ([]byte, error) {
	if int(sealed[0]) != len(context) {
		return nil, errors.New("decryption failed")
	}
	return sealed[1:], nil
}

func TestOneOfTwoCopiesOfAURLThatIsDamagedIsMendedByTheOther(t *testing.T) {
	t.Parallel()
	for _, damage := range []string{
		`UPDATE subscription SET url = x'ff00'`, `UPDATE receiver SET url = x'ff00'`, `UPDATE receiver SET url_key = x'ff00'`,
	} {
		db, err := OpenFile(t.Context(), filepath.Join(t.TempDir(), "w.db"), time.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		db.SealWith(wrapped{})
		now := time.Now().UTC().Truncate(time.Microsecond)
		sub := webhook.Subscription{ID: uuid.New(), Partner: uuid.New(), URL: "https://r.example/in", EventName: "e",
			Sealed: []byte{1}, Status: webhook.Active, CreatedAt: now, UpdatedAt: now}
		var receiver []uuid.UUID
		err = db.InsertSubscriptions(t.Context(), []webhook.Subscription{sub}, 9)
		if err == nil {
			err = db.do(t.Context(), func(tx *tx) error { return tx.exec(damage) })
		}
		if err == nil {
			receiver, err = list(t.Context(), db, `SELECT receiver FROM subscription`, scanOne[uuid.UUID])
		}
		if err != nil {
			t.Fatal(err)
		}
		stale, err := db.MendReceiver(t.Context(), receiver[0])
		if err != nil || len(stale) > 0 {
			t.Errorf("%s: %v became stale: %v", damage, stale, err)
		}
		to, err := db.Receiver(t.Context(), receiver[0])
		if err != nil || to.Damaged != nil || to.URL != sub.URL {
			t.Errorf("%s: the receiver is %+v: %v", damage, to, err)
		}
		s, err := db.SubscriptionByID(t.Context(), sub.ID)
		if err != nil || s.Damaged != nil || s.URL != sub.URL {
			t.Errorf("%s: the subscription is %+v: %v", damage, s, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// switched seals while it is on.
type switched struct {
	wrapped
	on bool
}

func (s *switched) Seals() bool { return s.on }

func TestWhatLeadsToADamagedReceiverLeadsToTheOtherOfItsURL(t *testing.T) {
	t.Parallel()
	for _, when := range []struct {
		says               string
		first, other, mend bool
	}{
		{"none is sealed", false, false, false},
		{"all are sealed", true, true, true},
		{"the other came after sealing was switched on", false, true, true},
		{"sealing was switched on after the other came", false, false, true},
		{"sealing was switched off after the other came", true, true, false},
	} {
		db, sealing := opened(t), &switched{}
		db.SealWith(sealing)
		now := time.Now().UTC().Truncate(time.Microsecond)
		first := webhook.Subscription{ID: uuid.New(), Partner: uuid.New(), URL: "https://r.example/in", EventName: "a",
			Sealed: []byte{1}, Status: webhook.Active, CreatedAt: now, UpdatedAt: now}
		other := first
		other.ID, other.EventName = uuid.New(), "b"
		var damaged uuid.UUID
		sealing.on = when.first
		err := db.InsertSubscriptions(t.Context(), []webhook.Subscription{first}, 9)
		if err == nil {
			damaged, err = one(t.Context(), db, `SELECT id FROM receiver`, scanOne[uuid.UUID])
		}
		if err == nil {
			err = db.do(t.Context(), func(tx *tx) error { return tx.exec(`UPDATE receiver SET url = x'ff00', url_key = x'ff00'`) })
		}
		sealing.on = when.other
		if err == nil {
			err = db.InsertSubscriptions(t.Context(), []webhook.Subscription{other}, 9)
		}
		sealing.on = when.mend
		if err == nil {
			_, err = db.MendReceiver(t.Context(), damaged)
		}
		if err != nil {
			t.Fatalf("%s: %v", when.says, err)
		}
		to, err := list(t.Context(), db, `SELECT DISTINCT receiver FROM subscription`, scanOne[uuid.UUID])
		if err != nil || len(to) != 1 || to[0] == damaged {
			t.Errorf("%s: they lead to %v, and damaged was %s: %v", when.says, to, damaged, err)
			continue
		}
		if r, err := db.Receiver(t.Context(), to[0]); err != nil || r.Damaged != nil || r.URL != first.URL {
			t.Errorf("%s: they lead to %+v: %v", when.says, r, err)
		}
		if _, _, _, err := db.ResealURLs(t.Context(), ""); err != nil {
			t.Errorf("%s: afterwards URLs are not sealed: %v", when.says, err)
		}
	}
}
