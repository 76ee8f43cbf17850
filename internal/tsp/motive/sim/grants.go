package sim

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// lifetime of an access token: expires_in is 7200.
const lifetime = 2 * time.Hour

// The collections of OAuth state, which the admin side does not show.
const (
	accessTokens  = "_access"
	refreshTokens = "_refresh"
	usedCodes     = "_codes"
)

// codeGrade is what a code was granted for.
func codeGrade(code string) (grade, bool) {
	switch {
	case code == "motive-demo-code", strings.HasPrefix(code, "motive-once-"):
		return gradeFull, true
	case code == "motive-manage-code":
		return gradeManage, true
	case code == "motive-readonly-code":
		return gradeRead, true
	}
	return "", false
}

// useCode accepts each code once, and only with the address that it was sent to. A wrong address does not use it up.
func useCode(tx *simkit.Tx, code, redirect string) (grade, error) {
	g, known := codeGrade(code)
	if _, used := tx.Get(usedCodes, code); used || !known {
		return "", badGrant("the code is unknown, has expired or was used before")
	}
	if redirect != redirectURI {
		return "", badGrant("redirect_uri is not the one that the code was sent to")
	}
	return g, tx.Put(usedCodes, code, simkit.Object{})
}

// useRefresh takes a refresh token out of use: each works once.
func useRefresh(tx *simkit.Tx, refresh string) (grade, error) {
	i, good := tx.Get(refreshTokens, refresh)
	if !good {
		return "", badGrant("the refresh token is unknown, was revoked or was used before")
	}
	tx.Delete(refreshTokens, refresh)
	return grade(text(i.Object, "grade")), nil
}

// issue makes a pair of tokens and forgets the access tokens that have expired. That an older access token stays good
// until it expires is not documented.
func issue(tx *simkit.Tx, g grade) (simkit.Object, error) {
	for _, i := range slices.Clone(tx.Items(accessTokens)) {
		if !tx.Now().Before(i.At.Add(lifetime)) {
			tx.Delete(accessTokens, i.ID)
		}
	}
	access, refresh := "motive_at_"+rand.Text(), "motive_rt_"+rand.Text()
	if err := tx.Put(accessTokens, access, simkit.Object{"grade": string(g)}); err != nil {
		return nil, err
	}
	if err := tx.Put(refreshTokens, refresh, simkit.Object{"grade": string(g)}); err != nil {
		return nil, err
	}
	return simkit.Object{
		"access_token": access, "refresh_token": refresh, "token_type": "Bearer",
		"expires_in": int64(lifetime / time.Second), "scope": scopes(g), "created_at": tx.Now().Unix(),
	}, nil
}

// scopes are the scopes of a grade as the token endpoint tells them.
func scopes(g grade) string {
	const (
		read   = "companies.read users.read vehicles.read assets.read messages.read fuel_purchases.read groups.read inspection_reports.read"
		manage = "users.manage vehicles.manage assets.manage messages.manage fuel_purchases.manage groups.manage inspections_reports.manage"
	)
	switch g {
	case gradeManage:
		return manage
	case gradeRead:
		return read
	}
	return read + " " + manage
}

func (s *service) accessValid(access string) (credential, bool) {
	var c credential
	valid := false
	_ = s.host.Store.View(func(tx *simkit.Tx) error {
		if i, ok := tx.Get(accessTokens, access); ok {
			c.grade, valid = grade(text(i.Object, "grade")), s.host.Now().Before(i.At.Add(lifetime))
		}
		return nil
	})
	return c, valid
}
