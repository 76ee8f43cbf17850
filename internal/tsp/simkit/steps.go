package simkit

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
)

// Perform takes a call that has a name through all steps but Route. An operation that stands for several others makes
// their calls by it.
func (a *API) Perform(c *Call) (any, error) {
	var known bool
	if c.Operation, known = a.Operations[c.Name]; !known {
		return nil, Missing()
	}
	c.Status = max(c.Operation.Status, http.StatusOK)
	if err := check(a.Authenticate, c); err != nil {
		return nil, err
	}
	leave, err := a.enter(c)
	if err != nil {
		return nil, err
	}
	defer leave()
	if err := check(a.Authorize, c); err != nil {
		return nil, err
	}
	if err := a.read(c); err != nil {
		return nil, err
	}
	if c.Operation.Run != nil {
		return c.Operation.Run(c)
	}
	return a.transact(c)
}

func check(hook func(*Call) error, c *Call) error {
	if hook == nil {
		return nil
	}
	return hook(c)
}

// enter takes a call out of its budgets. The result ends its place among the calls at once.
func (a *API) enter(c *Call) (leave func(), err error) {
	limits := slices.Clone(c.Operation.Limits)
	for i := range limits {
		limits[i].Key = cmp.Or(limits[i].Key, c.Name)
	}
	if a.Limits != nil {
		limits = append(limits, a.Limits(c)...)
	}
	leave, lasts, entered := a.Host.Limiter.Enter(limits...)
	if !entered {
		return nil, &Refusal{Status: http.StatusTooManyRequests}
	}
	if wait := a.Host.Limiter.Take(a.Host.Now(), limits...); wait > 0 {
		leave()
		return nil, &Refusal{Status: http.StatusTooManyRequests, RetryAfter: wait}
	}
	if lasts > 0 && !a.Host.wait(c.Request, lasts) {
		leave()
		return nil, errors.New("the caller has gone")
	}
	return leave, nil
}

// errDiscard undoes what a call did whose success is kept from the store.
var errDiscard = errors.New("the call keeps nothing")

func (a *API) transact(c *Call) (body any, err error) {
	in := a.Host.Store.Update
	if c.Operation.Reads || a.Route == nil && !c.Operation.Writes && isRead(c.Request.Method) {
		in = a.Host.Store.Shown
	}
	err = in(func(tx *Tx) (err error) {
		if a.Prepare != nil {
			if err := a.Prepare(tx, c); err != nil {
				return err
			}
		}
		body, err = c.Operation.Do(tx, c)
		if err == nil && c.Discard {
			return errDiscard
		}
		return err
	})
	if errors.Is(err, errDiscard) {
		err = nil
	}
	return body, err
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }
