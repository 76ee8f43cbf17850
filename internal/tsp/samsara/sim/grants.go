package sim

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// Refresh tokens work once each. The lifetime of an hour is what clients report; Samsara only says expires_in.
const (
	demoCode   = "samsara-demo-code"
	oncePrefix = "samsara-once-"
	lifetime   = time.Hour
)

// The collections of OAuth state, which the admin side does not show.
const (
	accessTokens  = "_access"
	refreshTokens = "_refresh"
	usedCodes     = "_codes"
)

// useCode accepts the demo code any number of times and a code with oncePrefix once.
func useCode(tx *simkit.Tx, code string) error {
	if code == demoCode {
		return nil
	}
	if _, used := tx.Get(usedCodes, code); used || !strings.HasPrefix(code, oncePrefix) {
		return badGrant("the code is unknown or was used before")
	}
	return tx.Put(usedCodes, code, simkit.Object{})
}

// useRefresh takes a refresh token out of use.
func useRefresh(tx *simkit.Tx, refresh string) error {
	if _, good := tx.Get(refreshTokens, refresh); !good {
		return badGrant("the refresh token is unknown or was used before")
	}
	tx.Delete(refreshTokens, refresh)
	return nil
}

// issue makes a pair of tokens and forgets the access tokens that have expired.
func issue(tx *simkit.Tx) (simkit.Object, error) {
	for _, i := range slices.Clone(tx.Items(accessTokens)) {
		if !tx.Now().Before(i.At.Add(lifetime)) {
			tx.Delete(accessTokens, i.ID)
		}
	}
	access, refresh := "samsara_at_"+rand.Text(), "samsara_rt_"+rand.Text()
	if err := tx.Put(accessTokens, access, simkit.Object{}); err != nil {
		return nil, err
	}
	if err := tx.Put(refreshTokens, refresh, simkit.Object{}); err != nil {
		return nil, err
	}
	return simkit.Object{
		"access_token": access, "refresh_token": refresh, "token_type": "bearer",
		"expires_in": int64(lifetime / time.Second), "scope": "admin:read admin:write",
	}, nil
}

func (s *service) accessValid(access string) bool {
	valid := false
	_ = s.host.Store.View(func(tx *simkit.Tx) error {
		i, ok := tx.Get(accessTokens, access)
		valid = ok && s.host.Now().Before(i.At.Add(lifetime))
		return nil
	})
	return valid
}
