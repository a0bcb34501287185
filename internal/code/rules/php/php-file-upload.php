<?php
function upload() {
    $to = 'uploads/' . basename($_FILES['f']['name']);
    // ruleid: php-file-upload
    move_uploaded_file($_FILES['f']['tmp_name'], $to);
    // ok: php-file-upload
    move_uploaded_file($_FILES['f']['tmp_name'], 'uploads/' . bin2hex(random_bytes(16)) . '.png');
    $ext = pathinfo($_FILES['f']['name'], PATHINFO_EXTENSION);
    // ruleid: php-file-upload
    move_uploaded_file($_FILES['f']['tmp_name'], "uploads/" . uniqid() . '.' . $ext);
    if (!in_array($ext, ['png', 'jpg'])) {
        die('no');
    }
    // ok: php-file-upload (drydock)
    move_uploaded_file($_FILES['f']['tmp_name'], "uploads/" . uniqid() . '.' . $ext);
}
class UploadController {
    public function store(Request $request) {
        $file = $request->file('avatar');
        // ruleid: php-file-upload
        $file->move('uploads', $file->getClientOriginalName());
        // ruleid: php-file-upload
        $file->storeAs('avatars', $file->getClientOriginalName());
        // ok: php-file-upload
        $file->storeAs('avatars', $file->hashName());
        // ok: php-file-upload
        $file->move('uploads', 'avatar.png');
    }
}
