package sim

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// getServer answers everybody, also with wrong credentials: it proves none (api/resource/ServerResource.get). Only an
// administrator is told storageSpace.
func (s *service) getServer(_ *simkit.Tx, c *call) (any, error) {
	o := simkit.Object{
		"id": int64(1), "version": s.version(), "attributes": simkit.Object{}, "latitude": 0.0, "longitude": 0.0,
		"zoom": int64(0), "storageSpace": nil,
	}
	for _, name := range []string{
		"registration", "readonly", "deviceReadonly", "forceSettings", "limitCommands", "disableReports", "fixedEmail",
		"emailEnabled", "textEnabled", "geocoderEnabled", "newServer", "openIdEnabled", "openIdForce",
	} {
		o[name] = false
	}
	for _, name := range []string{"map", "bingKey", "mapUrl", "overlayUrl", "coordinateFormat", "poiLayer", "announcement"} {
		o[name] = nil
	}
	if c.is("administrator") {
		o["storageSpace"] = []any{int64(41_000_000_000), int64(64_000_000_000)}
	}
	return o, nil
}

// getSession tells who has the session of the cookie, or opens one for ?token=. It does not look at the header
// Authorization: with that alone it answers 404 (api/resource/SessionResource.get).
func getSession(tx *simkit.Tx, c *call) (any, error) {
	if !c.Query.Has("token") {
		if user := bySession(tx, c.Request); user != nil {
			return user.Object, nil
		}
		nobody := web(http.StatusNotFound)
		nobody.at = frame("org.traccar.api.resource.SessionResource.get", 99) + outer()
		return nil, nobody
	}
	user, err := byToken(tx, c.Query.Get("token"))
	f, failed := errors.AsType[*failure](err)
	switch {
	case failed && (f.class == "java.lang.SecurityException" || f.status == http.StatusInternalServerError):
		return nil, web(http.StatusUnauthorized)
	case failed:
		return nil, err
	case user == nil:
		return nil, nullPointer("org.traccar.model.User.getId()", "user")
	}
	return openSession(tx, c, user)
}

// postSession signs in with email and password. A disabled user is 400 here and 401 everywhere else.
func postSession(tx *simkit.Tx, c *call) (any, error) {
	form := c.Request.PostForm
	if !form.Has("email") || !form.Has("password") {
		return nil, nullPointer("String.trim()", "email")
	}
	user, err := byPassword(tx, form.Get("email"), form.Get("password"))
	switch {
	case err != nil:
		return nil, err
	case user == nil:
		return nil, web(http.StatusUnauthorized)
	}
	return openSession(tx, c, user)
}

// deleteSession closes the session of the cookie, if there is one (api/resource/SessionResource.remove). Like GET it
// refuses a Content-Type other than that of a form even without a body, because @Consumes stands on the class;
// github.com/ludeeus/pytraccar (read 2026-11-25) sends that of a form with its GET.
func deleteSession(tx *simkit.Tx, c *call) (any, error) {
	if cookie, err := c.Request.Cookie(sessionCookie); err == nil {
		tx.Delete(sessions, cookie.Value)
	}
	return nil, nil
}

func openSession(tx *simkit.Tx, c *call, user *simkit.Item) (any, error) {
	id := "node0" + rand.Text() + ".node0"
	cookie := &http.Cookie{Name: sessionCookie, Value: id, Path: "/", HttpOnly: true}
	c.Answer.Add("Set-Cookie", cookie.String())
	return user.Object, tx.Put(sessions, id, simkit.Object{"userId": user.Object["id"]})
}

// postToken gives out a token for seven days, or until expiration (api/signature/TokenManager). The body is the token
// itself; the document says text/plain, and the type is application/json.
func postToken(tx *simkit.Tx, c *call) (any, error) {
	until := tx.Now().Add(7 * 24 * time.Hour)
	if wanted := c.Request.PostForm.Get("expiration"); wanted != "" {
		at, err := time.Parse(time.RFC3339, wanted)
		if err != nil {
			return nil, web(http.StatusBadRequest)
		}
		until = at
	}
	// It has the form of a real one, so that it counts as signed by another server after a reset, and tells its user.
	data := fmt.Sprintf(`{"i":%d,"u":%d,"e":%q}`, tx.Now().UnixNano(), simkit.Int(c.user.Object, "id"), timestamp(until))
	token := base64.RawURLEncoding.EncodeToString([]byte("\x080" + rand.Text()[:7] + data))
	held := simkit.Object{"userId": simkit.Int(c.user.Object, "id"), "expiration": timestamp(until)}
	return token, tx.Put(tokens, token, held)
}

// endTokens lets every token expire that was given out with a time.
func endTokens(tx *simkit.Tx) error {
	var errs []error
	for _, i := range slices.Clone(tx.Items(tokens)) {
		if simkit.Text(i.Object, "expiration") != "" {
			ended := simkit.Object{"userId": i.Object["userId"], "expiration": timestamp(tx.Now().Add(-time.Second))}
			errs = append(errs, tx.Put(tokens, i.ID, ended))
		}
	}
	return errors.Join(errs...)
}
