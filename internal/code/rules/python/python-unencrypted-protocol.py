import ftplib
import smtplib
import telnetlib


def send(password):
    # ruleid: python-unencrypted-protocol
    ftplib.FTP("files.example.com")
    # ruleid: python-unencrypted-protocol
    telnetlib.Telnet("switch.example.com")
    # ok: python-unencrypted-protocol
    ftplib.FTP_TLS("files.example.com")


def mail(password):
    server = smtplib.SMTP("mail.example.com")
    # ruleid: python-unencrypted-protocol
    server.login("shop", password)


def mail_with_tls(password):
    server = smtplib.SMTP("mail.example.com")
    server.starttls()
    # ok: python-unencrypted-protocol
    server.login("shop", password)


def mail_by_tls(password):
    server = smtplib.SMTP_SSL("mail.example.com")
    # ok: python-unencrypted-protocol
    server.login("shop", password)
