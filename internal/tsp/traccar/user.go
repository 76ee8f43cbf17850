package traccar

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// usersPath is where the server tells of a user, to that one and to administrators (PermissionsService.checkPermission).
const usersPath = "/api/users"

// signer is the user of credentials, as far as they tell: a name or an id.
type signer struct {
	// name is the address or the login, either of which signs in (LoginService.login).
	name string
	// id is that of the user of a token.
	id int64
}

// recognizes tells whether two credentials are those of one user. A name and an id are compared by what the server says
// of the id: a user has an address and may have a login, so two names may be one user's.
func recognizes(ctx context.Context, send rest.Send, mine, other tsp.Credentials) (bool, error) {
	a, b := signerOf(mine), signerOf(other)
	switch {
	case a == signer{}, b == signer{}:
		return false, &tsp.Error{Class: tsp.Unsupported, Own: true, Message: "a token does not tell whose it is"}
	case a.name != "" && b.name != "", a.id != 0 && b.id != 0:
		return a == b, nil
	}
	name, id := a.name+b.name, a.id+b.id
	answer, err := send(ctx, rest.Call{Method: http.MethodGet, Path: usersPath + "/" + strconv.FormatInt(id, 10)})
	var e *tsp.Error
	if errors.As(err, &e) && e.Class == tsp.Forbidden && id == b.id {
		return false, nil // It is the other's id, of whom this user is told nothing.
	}
	if err != nil {
		return false, err
	}
	user, err := rest.Decode[object](answer)
	if err != nil {
		return false, err
	}
	return strings.EqualFold(user.text("email"), name) || strings.EqualFold(user.text("login"), name), nil
}

// signerOf reads credentials as the server does.
func signerOf(c tsp.Credentials) signer {
	if c.Kind != "token" {
		return signer{name: strings.ToLower(strings.TrimSpace(c.Get("username")))}
	}
	return signer{id: tokenUser(c.Get("token"))}
}

// tokenUser is the id of the user of a token, 0 where it does not tell: as Base64 a token is the length of a signature,
// the signature, and an object with the id as "u" (signature/CryptoManager.sign, TokenManager.TokenData, v6.7.0 to v6.14.5).
// The text of a setting, web.serviceAccountToken, is a token as well and tells nothing.
func tokenUser(token string) int64 {
	plain := strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(token, "="))
	block, err := base64.RawURLEncoding.DecodeString(plain)
	if err != nil || len(block) == 0 || len(block) < 1+int(block[0]) {
		return 0
	}
	var data struct {
		User int64 `json:"u"`
	}
	if json.Unmarshal(block[1+int(block[0]):], &data) != nil {
		return 0
	}
	return max(data.User, 0)
}
