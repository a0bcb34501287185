<?php
class UserController {
    public function store(Request $request, User $user) {
        // ruleid: php-mass-assignment
        User::create($request->all());
        // ok: php-mass-assignment
        User::create($request->only(['name', 'email']));
        // ok: php-mass-assignment
        User::create($request->validated());
        // ruleid: php-mass-assignment
        $user->update($request->all());
        // ruleid: php-mass-assignment
        $user->fill($request->input());
        // ruleid: php-mass-assignment
        $user->forceFill($request->except('_token'));
        // ok: php-mass-assignment
        $user->update(['name' => $request->input('name')]);
        // ok: php-mass-assignment
        $user->fill($request->safe()->only(['name']));
        $data = $request->all();
        // ruleid: php-mass-assignment
        $user->update($data);
        // ruleid: php-mass-assignment
        new User($request->all());
        $text = $request->input('sql');
        // ok: php-mass-assignment
        new Tokens($text);
    }
}
