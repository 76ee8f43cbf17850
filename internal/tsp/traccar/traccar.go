package traccar

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// New returns the adapter.
func New() tsp.Adapter { return rest.New(config(time.Now)) }

func config(now func() time.Time) rest.Config {
	k := newKnown()
	return rest.Config{
		Spec:     spec(),
		Auths:    map[string]rest.Auth{"token": rest.Bearer("token"), "api_basic": rest.Basic("username", "password")},
		URLField: "url",
		Limits:   limits(),
		Answers:  rest.Answers{Class: class, Message: message, Theirs: theirs},
		Check:    check,
		Writes: []rest.Write{createVehicle(), updateVehicle(), createTrailer(), updateTrailer(), createDriver(), updateDriver(),
			createMessage(k), createGroupMessage(k), createAssociation(k, now)},
		Recognizes:    recognizes,
		CheckSettings: checkSettings,
		ListsFor:      k.lists,
		Records: map[resource.Kind]rest.Record{resource.KindVehicle: k.readDevice, resource.KindTrailer: k.readDevice,
			resource.KindUser: readDriver},
		Now: now,
	}
}

// check asks for a device that is none, because the server tells who is calling only to sessions with a
// cookie (SessionResource.get) and its version to everybody. Ids are those of the server, so its host is
// the account's key, whoever of its users signs in (docs/decisions/0076).
func check(ctx context.Context, send rest.Send, _ tsp.Settings) (tsp.Account, error) {
	a, err := send(ctx, rest.Call{Method: http.MethodGet, Path: devicesPath, Query: url.Values{"id": {"0"}}})
	var none []object
	if err == nil {
		none, err = rest.Decode[[]object](a)
	}
	if err == nil && none == nil {
		err = a.Unconfirmed("the answer is none of Traccar's: null instead of a list", nil)
	}
	if err == nil {
		err = checkRelease(ctx, send)
	}
	var e *tsp.Error
	if errors.As(err, &e) && e.Class == tsp.Missing {
		return tsp.Account{}, &tsp.Error{Class: tsp.Missing, Credential: "url", Status: e.Status, Headers: e.Headers,
			Message: "there is no Traccar server at the credentials' url; give it without /api", Err: err}
	}
	if err != nil {
		return tsp.Account{}, err
	}
	key := accountKey(a.Base)
	return tsp.Account{Key: key, Name: key}, nil
}

// accountKey is the same for every spelling of a server's URL.
func accountKey(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return strings.TrimSuffix(strings.ToLower(u.Host), usual) + u.Path
}
