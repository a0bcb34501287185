from django.forms import ModelForm


class OrderForm(ModelForm):
    class Meta:
        model = "Order"
        # ruleid: python-model-form-all-fields
        fields = "__all__"


class UserForm(ModelForm):
    class Meta:
        model = "User"
        # ok: python-model-form-all-fields
        fields = ["name", "mail"]


class Listing:
    # ok: python-model-form-all-fields
    fields = "__all__"


# ok: python-model-form-all-fields
fields = ("name",)
