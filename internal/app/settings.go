package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/waybill-dev/waybill/internal/config"
	"github.com/waybill-dev/waybill/internal/seal"
	"github.com/waybill-dev/waybill/internal/store"
	"github.com/waybill-dev/waybill/internal/tsp/all"
)

// TSPs are those of this installation, as the configuration needs to know them.
func TSPs() config.TSPs {
	out := config.TSPs{}
	for _, a := range all.Adapters() {
		spec := a.Spec()
		keys := make([]string, len(spec.Limits))
		for i, l := range spec.Limits {
			keys[i] = l.Key
		}
		out[string(spec.Name)] = keys
	}
	return out
}

// Interrupted is nil for an error by which a start ended because ctx did: whoever stops a program that
// has not begun gets what was wanted. Any other error is returned.
func Interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// CheckDatabase tells what is wrong with the URL of the database, without opening anything.
func CheckDatabase(c config.Config) error { return store.Check(c.DatabaseURL) }

// CheckKey tells what is wrong with the key of a service.
func CheckKey(c config.Config) error {
	_, err := keyOf(c)
	return err
}

// CheckOldKey tells what is wrong with the key before a rotation, if there is one.
func CheckOldKey(c config.Config) error {
	from, err := oldKeyOf(c)
	if err != nil || from == nil {
		return err
	}
	if to, err := keyOf(c); err == nil && bytes.Equal(from, to) {
		return errors.New("the key before is the same as the new one; make a new one with `openssl rand -base64 32`, or " +
			"leave the key before out to make a new data key alone")
	}
	return nil
}

// keyOf returns the operator's key.
func keyOf(c config.Config) (seal.Key, error) {
	text, variable, err := c.KeyText()
	if err != nil {
		return nil, err
	}
	return parsed(text, variable)
}

// oldKeyOf returns the key before a rotation; nil if none is set.
func oldKeyOf(c config.Config) (seal.Key, error) {
	text, variable, err := c.OldKeyText()
	if err != nil || text == "" {
		return nil, err
	}
	return parsed(text, variable)
}

func parsed(text, variable string) (seal.Key, error) {
	key, err := seal.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return key, nil
}
