package motive

import (
	"net/http"
	"net/url"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// New returns the adapter.
func New() tsp.Adapter { return rest.New(config(time.Now)) }

func config(now func() time.Time) rest.Config {
	return rest.Config{
		Spec:    spec(),
		Auths:   map[string]rest.Auth{"api_key": rest.HeaderKey("X-Api-Key", "api_key"), "motive": oauth()},
		Limits:  limits(),
		Answers: rest.Answers{Class: class, Message: message},
		Check:   check,
		Writes: []rest.Write{
			createVehicle(), updateVehicle(), createTrailer(), updateTrailer(), createUser(), updateUser(),
			createMessage(now), createGroupMessage(now), createFuel(),
		},
		Lists: map[resource.Kind]rest.List{
			resource.KindVehicle: listVehicles(),
			resource.KindTrailer: listAssets(),
			resource.KindUser:    listUsers(),
		},
		Now: now,
	}
}

// oauth is Motive's flow. Pages name several hosts for it; this one answered a live test
// (2026-07-24). Refresh tokens work once.
func oauth() rest.OAuth {
	return rest.OAuth{TokenURL: "https://account.gomotive.com/oauth/token", InForm: true,
		Form: func(_ string, c tsp.Credentials) url.Values {
			return url.Values{"redirect_uri": {c.Get("redirect_uri")}}
		}}
}

func createVehicle() rest.Write {
	w := create(resource.KindVehicle, vehiclesPath, "vehicle", vehicles)
	w.Uses, w.Check = vehicleUses(resource.Create), tsp.Checked(checkVehicle)
	w.Encode = rest.Body(func(v *resource.Vehicle, w tsp.Write) (any, error) { return vehicleFrom(v, w), nil })
	return w
}

func updateVehicle() rest.Write {
	w := change(resource.KindVehicle, vehiclesPath, "vehicle", vehicles)
	w.Uses, w.Check = vehicleUses(resource.Update), tsp.Checked(checkVehicle)
	w.Compose = withExternalID(vehiclesPath, "vehicle", func(v *resource.Vehicle, w tsp.Write, known []externalID) any {
		b := vehicleFrom(v, w)
		b.ExternalIDs = changedID(v.ExternalID, known, w)
		return b
	})
	return w
}

func createTrailer() rest.Write {
	w := create(resource.KindTrailer, assetsPath, "asset", assets)
	w.Uses, w.Check = trailerUses(resource.Create), tsp.Checked(checkAsset)
	w.Encode = rest.Body(func(t *resource.Trailer, w tsp.Write) (any, error) { return assetFrom(t, w), nil })
	return w
}

func updateTrailer() rest.Write {
	w := change(resource.KindTrailer, assetsPath, "asset", assets)
	w.Uses, w.Check = trailerUses(resource.Update), tsp.Checked(checkAsset)
	w.Compose = withExternalID(assetsPath, "asset", func(t *resource.Trailer, w tsp.Write, known []externalID) any {
		b := assetFrom(t, w)
		b.ExternalIDs = changedID(t.ExternalID, known, w)
		return b
	})
	return w
}

func createUser() rest.Write {
	w := create(resource.KindUser, usersPath, "user", users)
	w.Uses, w.Check, w.Warn = userUses(resource.Create), tsp.Checked(checkUser(resource.Create)), tsp.Checked(warnPassword)
	w.Hides = func(w tsp.Write) []string {
		u, ok := w.Payload.(*resource.User)
		if !ok {
			return nil
		}
		return []string{password(u, w)}
	}
	w.Encode = rest.Body(func(u *resource.User, w tsp.Write) (any, error) { return userFrom(u, w), nil })
	return w
}

func updateUser() rest.Write {
	w := change(resource.KindUser, usersPath, "user", users)
	w.Uses, w.Check = userUses(resource.Update), tsp.Checked(checkUser(resource.Update))
	w.Encode = rest.Body(func(u *resource.User, w tsp.Write) (any, error) { return userFrom(u, w), nil })
	return w
}

// create is what all records that can be looked up by their mark have in common.
func create(kind resource.Kind, path, envelope, collection string) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Create}, Strength: tsp.VerifyFirst,
		Method: http.MethodPost, Path: path, Decode: decoded(envelope, collection), Find: findMarked(path, envelope, collection)}
}

// change is what all updates have in common: PUT, which leaves alone what it does not name.
func change(kind resource.Kind, path, envelope, collection string) rest.Write {
	return rest.Write{Capability: tsp.Capability{Kind: kind, Verb: resource.Update}, Strength: tsp.NaturalKey,
		Method: http.MethodPut, Path: path + "/{target}", Decode: decoded(envelope, collection)}
}
