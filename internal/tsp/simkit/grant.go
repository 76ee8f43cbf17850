package simkit

import (
	"crypto/rand"
	"net/http"
	"slices"
	"time"
)

// The collections of a desk, which the admin side does not show.
const (
	accessTokens  = "_access"
	refreshTokens = "_refresh"
	usedCodes     = "_codes"
)

// exchange gives tokens for what the form offers.
func (d *Desk) exchange(tx *Tx, form Object) (Object, error) {
	scope, lasting, err := "", true, error(nil)
	switch kind := Text(form, "grant_type"); {
	case kind == "authorization_code":
		scope, err = d.useCode(tx, form)
	case kind == "refresh_token":
		scope, err = useRefresh(tx, Text(form, "refresh_token"))
	case kind == "client_credentials" && d.Credentials != nil:
		scope, err = d.Credentials(form)
		lasting = false
	case kind == "":
		err = InvalidRequest("grant_type is missing")
	default:
		err = &grantError{"unsupported_grant_type", "use authorization_code or refresh_token"}
	}
	if err != nil {
		return nil, err
	}
	return d.issue(tx, scope, lasting)
}

// useCode takes a code that works once out of use.
func (d *Desk) useCode(tx *Tx, form Object) (string, error) {
	code := Text(form, "code")
	if _, used := tx.Get(usedCodes, code); used {
		return "", InvalidGrant("the code was used before")
	}
	grant, err := d.Code(form)
	if err == nil && grant.Once {
		err = tx.Put(usedCodes, code, Object{})
	}
	return grant.Scope, err
}

// useRefresh takes a refresh token out of use.
func useRefresh(tx *Tx, token string) (string, error) {
	held, good := tx.Get(refreshTokens, token)
	if !good {
		return "", InvalidGrant("the refresh token is unknown, was revoked or was used before")
	}
	tx.Delete(refreshTokens, token)
	return Text(held.Object, "scope"), nil
}

// issue makes tokens and forgets the access tokens whose time is over.
func (d *Desk) issue(tx *Tx, scope string, lasting bool) (Object, error) {
	for _, i := range slices.Clone(tx.Items(accessTokens)) {
		if !d.alive(i, tx.Now()) {
			tx.Delete(accessTokens, i.ID)
		}
	}
	held := Object{"scope": scope}
	access, refresh := d.Prefix+"at_"+rand.Text(), d.Prefix+"rt_"+rand.Text()
	answer := Object{"access_token": access, "token_type": "Bearer", "expires_in": int64(d.Life / time.Second)}
	if err := tx.Put(accessTokens, access, held); err != nil {
		return nil, err
	}
	if lasting {
		answer["refresh_token"] = refresh
		if err := tx.Put(refreshTokens, refresh, held); err != nil {
			return nil, err
		}
	}
	if d.Complete != nil {
		d.Complete(answer, scope, tx.Now())
	}
	return answer, nil
}

func (d *Desk) alive(token *Item, now time.Time) bool { return now.Before(token.At.Add(d.Life)) }

// Granted tells what the access token that a request bears allows; false if it is none or its time is over.
func (a *API) Granted(r *http.Request) (scope string, ok bool) {
	_ = a.Host.Store.View(func(tx *Tx) error {
		var held *Item
		if held, ok = tx.Get(accessTokens, Bearer(r)); ok {
			scope, ok = Text(held.Object, "scope"), a.Desk.alive(held, tx.Now())
		}
		return nil
	})
	return scope, ok
}

// EndGrants ends all access tokens if the request bears a good one, and tells whether it does.
func (a *API) EndGrants(r *http.Request) bool {
	if _, ok := a.Granted(r); !ok {
		return false
	}
	_ = a.Host.Store.Update(func(tx *Tx) error {
		tx.Clear(accessTokens)
		return nil
	})
	return true
}
