package app

import "context"

// askIssuer warns at the start of an issuer that does not tell its keys. The service goes on: the issuer may
// come later, and until then its tokens are refused with why.
func (a *App) askIssuer(ctx context.Context) error {
	if a.issuer == nil {
		return nil
	}
	if err := a.issuer.Reach(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("the issuer of tokens does not tell its keys; its tokens are refused until it does",
			"issuer", a.config.OIDC.Issuer, "own_issuer_off", a.config.OwnIssuerOff, "error", err)
	}
	return nil
}
