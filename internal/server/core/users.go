package core

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/drydock/drydock/internal/store"
)

// setupSetting is the name under which the hash of the set-up link is kept.
const setupSetting = "setup"

// SetupTime is how long a set-up link holds.
const SetupTime = 30 * time.Minute

type setupLink struct {
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

// NeedsSetup reports whether there is no administrator yet.
func (c *Core) NeedsSetup(ctx context.Context) (bool, error) {
	n, err := c.Store.CountAdmins(ctx)
	return n == 0, err
}

// NewSetupLink makes the link by which the first administrator sets a password, and ends any earlier one.
func (c *Core) NewSetupLink(ctx context.Context) (string, error) {
	secret := newSecret()
	link := setupLink{Hash: hex.EncodeToString(hash(secret)), Expires: c.Now().Add(SetupTime)}
	text, err := json.Marshal(link)
	if err != nil {
		return "", err
	}
	err = c.Store.Update(
		ctx,
		func(tx *store.Tx) error { return tx.SetSetting(ctx, setupSetting, string(text), c.Now()) },
	)
	return c.PublicURL + "/setup/" + secret, err
}

// CheckSetup refuses a set-up link that does not hold.
func (c *Core) CheckSetup(ctx context.Context, secret string) error {
	return c.checkSetup(ctx, &c.Store.Reader, secret)
}

func (c *Core) checkSetup(ctx context.Context, r *store.Reader, secret string) error {
	text, err := r.Setting(ctx, setupSetting)
	if err != nil {
		return err
	}
	var link setupLink
	if text != "" {
		if err := json.Unmarshal([]byte(text), &link); err != nil {
			return err
		}
	}
	if link.Hash != hex.EncodeToString(hash(secret)) || !c.Now().Before(link.Expires) {
		return &Error{
			Kind: Forbidden,
			Code: "setup-link",
			Msg:  "this link was used already, or it is older than half an hour",
			Hint: "Start the server again, or run 'drydock admin setup-link', for a new one.",
		}
	}
	return nil
}

// SetUp makes the first administrator. The link ends with it.
func (c *Core) SetUp(ctx context.Context, secret, name, password, address string) (store.User, error) {
	u := store.User{Name: strings.TrimSpace(name), Admin: true, Created: c.Now()}
	if err := c.CheckSetup(ctx, secret); err != nil {
		return u, err
	}
	if err := checkName(u.Name); err != nil {
		return u, err
	}
	if err := checkPassword(password); err != nil {
		return u, err
	}
	u.Password = hashPassword(password)
	who := &Actor{System: "set-up link", Address: address}
	err := c.audited(ctx, who, store.Entry{Action: "user.create", Object: u.Name, Detail: "administrator"},
		func(tx *store.Tx) error {
			if err := c.checkSetup(ctx, &tx.Reader, secret); err != nil { // somebody may have been faster
				return err
			}
			if err := tx.SetSetting(ctx, setupSetting, "", c.Now()); err != nil {
				return err
			}
			var err error
			u.ID, err = tx.AddUser(ctx, &u)
			return err
		})
	return u, err
}

// SessionTime is how long a session lasts.
const SessionTime = 12 * time.Hour

// StartSession begins a session of a user and returns what the cookie holds.
func (c *Core) StartSession(ctx context.Context, u *store.User) (string, error) {
	secret, now := newSecret(), c.Now()
	err := c.Store.Update(ctx, func(tx *store.Tx) error {
		return tx.AddSession(ctx, hash(secret), u.ID, now, now.Add(SessionTime))
	})
	return secret, err
}

// SignIn begins a session of a user who knows the password.
func (c *Core) SignIn(ctx context.Context, name, password, address string) (string, error) {
	u, err := c.Store.User(ctx, strings.TrimSpace(name))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	good := len(password) <= maxPassword && samePassword(password, u.Password) && u.Password != "" && !u.Disabled
	who := &Actor{System: "sign-in", Address: address}
	if !good {
		c.Log.Warn("sign-in refused", "address", address)
		return "", &Error{Kind: NotSignedIn, Code: "sign-in", Msg: "the name or the password is wrong"}
	}
	if err := c.audited(ctx, who, store.Entry{Action: "user.sign-in", Object: u.Name},
		func(*store.Tx) error { return nil }); err != nil {
		return "", err
	}
	return c.StartSession(ctx, &u)
}

// BySession is the actor whose session a cookie stands for; nobody where it has ended.
func (c *Core) BySession(ctx context.Context, secret string) (*Actor, error) {
	u, err := c.Store.SessionUser(ctx, hash(secret), c.Now())
	if errors.Is(err, store.ErrNotFound) {
		return &Actor{}, nil
	}
	if err != nil {
		return nil, err
	}
	return &Actor{User: &u}, nil
}

// SignOut ends a session.
func (c *Core) SignOut(ctx context.Context, secret string) error {
	return c.Store.Update(ctx, func(tx *store.Tx) error { return tx.EndSession(ctx, hash(secret)) })
}
